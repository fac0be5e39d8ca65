#include <catch2/catch.hpp>

#include "core/redis/connection.hpp"
#include "tests/servers/process.hpp"

namespace fleet::redis {
namespace {

Options read(const std::string& yaml) {
  return read_options(config::Document::parse(yaml, "x.yml").root(), "me");
}

TEST_CASE("redis options: all keys, and the defaults of those left out") {
  testing::TemporaryDirectory directory;
  auto const full =
      read("address: redis.example:7000\nusername: u\npassword: p\ndatabase: 3\nconnect_timeout: 250ms\n");
  CHECK(full.host == "redis.example");
  CHECK(full.port == 7000);
  CHECK(full.address() == "redis.example:7000");
  CHECK(full.username == "u");
  CHECK(full.password.reveal() == "p");
  CHECK(full.database == 3);
  CHECK(full.connect_timeout == std::chrono::milliseconds(250));
  CHECK(full.client_name == "me");

  auto const least = read("address: localhost");
  CHECK(least.host == "localhost");
  CHECK(least.port == 6379);
  CHECK(least.password.empty());
  CHECK(least.database == 0);
  CHECK(least.connect_timeout == std::chrono::seconds(3));

  auto const file = directory.write("secret", "from a file\n");
  CHECK(read("address: x:1\npassword_file: " + file).password.reveal() == "from a file");
  CHECK(read("address: \"[::1]:6380\"").host == "::1");
  CHECK(read("address: \"[::1]:6380\"").port == 6380);
}

TEST_CASE("redis options: what is refused, and where") {
  CHECK_THROWS_WITH(read("address: \"a:0\""), "x.yml:1:10: expected host:port, got `a:0`");
  CHECK_THROWS_WITH(read("address: \"a:65536\""), "x.yml:1:10: expected host:port, got `a:65536`");
  CHECK_THROWS_WITH(read("address: \"a:1x\""), "x.yml:1:10: expected host:port, got `a:1x`");
  CHECK_THROWS_WITH(read("address: \":6379\""), "x.yml:1:10: expected host:port, got `:6379`");
  CHECK_THROWS_WITH(read("address: \"[::1:6379\""), "x.yml:1:10: expected host:port, got `[::1:6379`");
  CHECK_THROWS_AS(read("database: 0"), config::Error);
  CHECK_THROWS_AS(read("address: a:1\ndatabase: -1"), config::Error);
  CHECK_THROWS_AS(read("address: a:1\nconnect_timeout: 0s"), config::Error);
  CHECK_THROWS_AS(read("address: a:1\nconnect_timeout: -1s"), config::Error);
  CHECK_THROWS_AS(read("address: a:1\naddres: b"), config::Error);
  CHECK_THROWS_AS(read("address: a:1\npassword: x\npassword_file: y"), config::Error);
}

}  // namespace
}  // namespace fleet::redis
