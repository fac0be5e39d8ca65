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

TEST_CASE("a lag that was counted grows by what is added, and is counted again after anything else") {
  StreamExtent const stream{.length = 100, .first = {1, 0}, .last = {100, 0}, .entries_added = 150};
  CountedLag const then{.stream = stream, .last_delivered = {50, 0}, .lag = 40};
  GroupPosition const group{.last_delivered = {50, 0}, .entries_read = {}};
  CHECK(grown_lag(then, stream, group) == 40);
  StreamExtent const longer{.length = 103, .first = {1, 0}, .last = {103, 0}, .entries_added = 153};
  CHECK(grown_lag(then, longer, group) == 43);
  CHECK(grown_lag(then, longer, {.last_delivered = {51, 0}, .entries_read = {}}) == std::nullopt);

  auto deleted = longer;
  deleted.length = 102;
  CHECK(grown_lag(then, deleted, group) == std::nullopt);
  auto trimmed = longer;
  trimmed.first = {2, 0};
  CHECK(grown_lag(then, trimmed, group) == std::nullopt);
  auto made_anew = longer;
  made_anew.entries_added = 103;
  CHECK(grown_lag(then, made_anew, group) == std::nullopt);
  auto old_server = longer;
  old_server.entries_added.reset();
  CHECK(grown_lag(then, old_server, group) == std::nullopt);
}

TEST_CASE("the id after an id") {
  CHECK(next_id({7, 3}) == StreamId{7, 4});
  CHECK(next_id({7, std::numeric_limits<std::uint64_t>::max()}) == StreamId{8, 0});
}

}  // namespace
}  // namespace fleet::exporters::redis_health
