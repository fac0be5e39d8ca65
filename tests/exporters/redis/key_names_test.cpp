#include "exporters/redis/key_names.hpp"

#include <catch2/catch.hpp>

#include "core/app/daemon.hpp"
#include "exporters/redis/targets.hpp"

namespace fleet::exporters::redis_health {
namespace {

web::Request asking(std::vector<std::pair<std::string, std::string>> query) {
  web::Request request;
  request.query = std::move(query);
  return request;
}

TEST_CASE("a key's name, with and without its database") {
  CHECK(parse_key_name("queue") == KeyName{0, "queue"});
  CHECK(parse_key_name("db3=queue") == KeyName{3, "queue"});
  CHECK(parse_key_name("3=a=b") == KeyName{3, "a=b"});
  for (auto const* text : {"", "db3=", "x=y", "=y", "db-1=y", "db3x=y"}) CHECK_FALSE(parse_key_name(text));
  CHECK(KeyName{0, "a*"}.is_pattern());
  CHECK_FALSE(KeyName{0, "a2a:hops"}.is_pattern());
}

TEST_CASE("keys of a query") {
  auto const keys = parse_key_list("a, db2=b%2Cc ,,d+e");
  REQUIRE(keys);
  CHECK(*keys == std::vector<KeyName>{{0, "a"}, {2, "b,c"}, {0, "d e"}});
  CHECK_FALSE(parse_key_list("a,x=y"));
  CHECK(requested_keys(asking({{"target", "x"}})) == std::nullopt);
  auto const asked =
      requested_keys(asking({{"check-keys", "a*"}, {"check-single-streams", "s"}, {"count-keys", "n*"}}));
  REQUIRE(asked);
  CHECK(asked->keys == std::vector<KeyName>{{0, "a*"}});
  CHECK(asked->streams == std::vector<KeyName>{{0, "s"}});
  CHECK(asked->counts == std::vector<KeyName>{{0, "n*"}});
  CHECK_THROWS_AS(requested_keys(asking({{"check-keys", "x=y"}})), app::BadRequest);
}

}  // namespace
}  // namespace fleet::exporters::redis_health
