#include "exporters/redis/group_lag.hpp"

#include <catch2/catch.hpp>
#include <limits>

namespace fleet::exporters::redis_health {
namespace {

using fleet::redis::StreamId;

TEST_CASE("what is known of a lag without counting") {
  StreamExtent const stream{.length = 3, .first = {5, 0}, .last = {9, 0}, .entries_added = 50};
  CHECK(known_lag(stream, {.last_delivered = {9, 0}, .entries_read = 2}) == 0);
  CHECK(known_lag(stream, {.last_delivered = {20, 0}, .entries_read = 2}) == 0);  // the last ones were deleted
  CHECK(known_lag(stream, {.last_delivered = {4, 7}, .entries_read = 2}) == 3);
  CHECK(known_lag(stream, {.last_delivered = {}, .entries_read = {}}) == 3);
  CHECK(known_lag(stream, {.last_delivered = {5, 0}, .entries_read = 48}) == std::nullopt);
  CHECK(known_lag({}, {.last_delivered = {}, .entries_read = 0}) == 0);
}

TEST_CASE("a lag that was counted is exact below the limit and an estimate within bounds at it") {
  StreamExtent const stream{.length = 100, .first = {1, 0}, .last = {200, 0}, .entries_added = 150};
  GroupPosition const group{.last_delivered = {50, 0}, .entries_read = 90};
  CHECK(counted_lag(7, 10, stream, group) == 7);
  CHECK(counted_lag(10, 10, stream, group) == 60);
  CHECK(counted_lag(10, 10, stream, {.last_delivered = {50, 0}, .entries_read = 10}) ==
        100);  // not above the length
  CHECK(counted_lag(10, 10, stream, {.last_delivered = {50, 0}, .entries_read = 149}) ==
        10);  // not below what was seen
  CHECK(counted_lag(10, 10, stream, {.last_delivered = {50, 0}, .entries_read = {}}) == 10);
}

TEST_CASE("the id after an id") {
  CHECK(next_id({7, 3}) == StreamId{7, 4});
  CHECK(next_id({7, std::numeric_limits<std::uint64_t>::max()}) == StreamId{8, 0});
}

}  // namespace
}  // namespace fleet::exporters::redis_health
