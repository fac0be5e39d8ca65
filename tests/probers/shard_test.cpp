#include "probers/sharding/shard.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <stdexcept>

using namespace fleet::probers;

TEST_CASE("every target has exactly one owner, and shares are even") {
  std::map<std::string, int> shares;
  for (int i = 0; i < 3000; ++i) {
    int owners = 0;
    for (auto const* text : {"0/3", "1/3", "2/3"}) {
      if (!parse_shard(text).owns("http", "target-" + std::to_string(i))) continue;
      ++owners;
      ++shares[text];
    }
    REQUIRE(owners == 1);
  }
  for (auto const& [shard, share] : shares) {
    CAPTURE(shard);
    CHECK(share > 900);
    CHECK(share < 1100);
  }
}

TEST_CASE("a member that goes moves its own targets and no others") {
  Shard const all{{"a", "b", "c"}, "a"}, fewer{{"a", "b"}, "a"};
  int gained = 0;
  for (int i = 0; i < 1000; ++i) {
    auto const target = "target-" + std::to_string(i);
    if (all.owns("p", target)) CHECK(fewer.owns("p", target));
    gained += fewer.owns("p", target) && !all.owns("p", target);
  }
  CHECK(gained > 100);
}

TEST_CASE("without members everything is owned; one that is no member owns nothing") {
  CHECK(Shard{}.owns("p", "t"));
  CHECK_FALSE(Shard{{"a", "b"}, "c"}.owns("p", "t"));
}

TEST_CASE("a shard is written i/n") {
  CHECK(parse_shard("0/1").members.size() == 1);
  for (auto const* text : {"", "1", "3/3", "-1/3", "0/0", "a/b", "0/3x", "0/", "/3", "0/99999999"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_shard(text), std::invalid_argument);
  }
}
