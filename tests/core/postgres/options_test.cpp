#include <catch2/catch.hpp>

#include "core/postgres/session.hpp"

namespace fleet::postgres {
namespace {

using namespace std::chrono_literals;

Options read(const std::string& yaml) {
  return read_options(config::Document::parse(yaml, "x.yml").root(), "me", {"name"});
}

TEST_CASE("postgres options: all keys, and the defaults of those left out") {
  auto const full = read(
      "name: primary\naddress: db.example:6432\nuser: u\npassword: p\ndatabase: d\nsslmode: require\n"
      "connect_timeout: 250ms\nstatement_timeout: 1m\nlock_timeout: 100ms\n");
  CHECK(full.server() == "db.example:6432");
  CHECK(full.user == "u");
  CHECK(full.password.reveal() == "p");
  CHECK(full.database == "d");
  CHECK(full.sslmode == "require");
  CHECK(full.connect_timeout == 250ms);
  CHECK(full.statement_timeout == 60s);
  CHECK(full.lock_timeout == 100ms);
  CHECK(full.application_name == "me");

  auto const least = read("address: db");
  CHECK(least.server() == "db:5432");
  CHECK(least.statement_timeout == 5s);
  CHECK(least.lock_timeout == 500ms);

  auto const socket = read("host: /run/postgresql\nport: 5433");
  CHECK(socket.host == "/run/postgresql");
  CHECK(socket.port == 5433);
}

TEST_CASE("postgres options: what is refused, and where") {
  CHECK_THROWS_WITH(read("address: \"a:0\""), "x.yml:1:10: expected host:port, got `a:0`");
  CHECK_THROWS_WITH(read("address: a:1\nhost: b"), "x.yml:2:7: expected either `address` or `host`, got both");
  CHECK_THROWS_WITH(read("address: a:1\nport: 5"), "x.yml:2:7: expected either `address` or `port`, got both");
  CHECK_THROWS_AS(read("user: u"), config::Error);
  CHECK_THROWS_AS(read("host: a\nport: 0"), config::Error);
  CHECK_THROWS_AS(read("address: a:1\nsslmode: maybe"), config::Error);
  CHECK_THROWS_AS(read("address: a:1\nstatement_timeout: 0s"), config::Error);
  CHECK_THROWS_AS(read("address: a:1\nuser_name: x"), config::Error);
}

}  // namespace
}  // namespace fleet::postgres
