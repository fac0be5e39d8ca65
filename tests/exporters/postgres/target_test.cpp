// How a request names a server.
#include "exporters/postgres/target.hpp"

#include <catch2/catch.hpp>

namespace fleet::exporters::postgres {
namespace {

fleet::postgres::Options read(std::string_view text) {
  fleet::postgres::Options defaults;
  defaults.user = "monitor";
  defaults.database = "";
  return read_target(text, defaults);
}

}  // namespace

TEST_CASE("a target is host and port, a URL, or libpq's words") {
  CHECK(read("db.example:6432").server() == "db.example:6432");
  CHECK(read("db.example").server() == "db.example:5432");
  CHECK(read("[2001:db8::1]:6432").host == "2001:db8::1");
  CHECK(read("[2001:db8::1]").port == 5432);
  CHECK(read("db:6432").user == "monitor");
  auto const url = read("postgresql://me:p%40ss%2Fw@db:6432/legal%20llm?sslmode=require&connect_timeout=7");
  CHECK(url.server() == "db:6432");
  CHECK(url.user == "me");
  CHECK(url.password.reveal() == "p@ss/w");
  CHECK(url.database == "legal llm");
  CHECK(url.sslmode == "require");
  CHECK(url.connect_timeout == std::chrono::seconds(7));
  CHECK(read("postgres://db/x").database == "x");
  CHECK(read("db:1/x?sslmode=disable").sslmode == "disable");
  CHECK(read("db?user=you").user == "you");
  auto const pairs = read("host=db port = 6432 user='some one' password='a\\'b' dbname=x");
  CHECK(pairs.server() == "db:6432");
  CHECK(pairs.user == "some one");
  CHECK(pairs.password.reveal() == "a'b");
  CHECK(pairs.database == "x");
}

TEST_CASE("what is no target is refused, and shows no password") {
  for (std::string_view const text :
       {"db:0", "db:70000", "db:x", "[::1", "[::1]x", "/run/postgresql", "postgresql://me:hunter2@db:x/",
        "host=/run/postgresql", "host=a,b", "dbname=x", "postgresql:///x", "db?sslmode=maybe",
        "db?sslrootcert=/etc/shadow", "db?options=-cx", "host=db password='hunter2", "host=db hostaddr=1.2.3.4",
        "host=db hunter2", "db?connect_timeout=0"}) {
    INFO(text);
    try {
      auto const options = read(text);
      FAIL("taken as " << options.server());
    } catch (const std::invalid_argument& error) {
      CHECK_THAT(error.what(), Catch::StartsWith("target: expected "));
      CHECK_THAT(error.what(), !Catch::Contains("hunter2"));
    }
  }
}

}  // namespace fleet::exporters::postgres
