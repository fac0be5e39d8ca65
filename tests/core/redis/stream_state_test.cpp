#include "core/redis/stream_state.hpp"

#include <catch2/catch.hpp>

using namespace fleet;

TEST_CASE("stream ids are ordered as Redis orders them") {
  CHECK(redis::StreamId::parse("5-7") == redis::StreamId{5, 7});
  CHECK(redis::StreamId::parse("5") == redis::StreamId{5, 0});
  CHECK(redis::StreamId::parse("18446744073709551615-18446744073709551615"));
  for (auto const* text : {"", "-", "5-", "-5", "a-1", "1-a", "1-1-1", "18446744073709551616-0"}) {
    INFO(text);
    CHECK_FALSE(redis::StreamId::parse(text));
  }
  CHECK(*redis::StreamId::parse("9-1") < *redis::StreamId::parse("10-0"));
  CHECK(*redis::StreamId::parse("10-9") < *redis::StreamId::parse("10-10"));
  CHECK(redis::StreamId{5, 7}.text() == "5-7");
}
