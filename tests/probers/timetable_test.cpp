#include "probers/timetable.hpp"

#include <catch2/catch.hpp>

using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

Timetable::Clock::time_point const start{1000h};
std::chrono::system_clock::time_point const wall{std::chrono::seconds(1'700'000'003)};

}  // namespace

TEST_CASE("due times are the wall-clock instants congruent to the target's offset") {
  auto const offset = spread_offset("p", "t", 10s);
  CHECK(offset >= 0ns);
  CHECK(offset < 10s);
  Timetable const timetable("p", "t", 10s, wall, start);
  auto const due_wall = wall.time_since_epoch() + (timetable.due() - start);
  CHECK(due_wall % 10s == offset);
  CHECK(timetable.due() >= start);
  CHECK(timetable.due() < start + 10s);
}

TEST_CASE("a restart at another moment keeps the same timetable") {
  Timetable const before("p", "t", 10s, wall, start);
  Timetable const after("p", "t", 10s, wall + 3700ms, start + 3700ms);
  CHECK((after.due() - before.due()) % 10s == 0ns);
}

TEST_CASE("targets and probes spread over the interval") {
  int buckets[10] = {};
  for (int i = 0; i < 1000; ++i) ++buckets[spread_offset("p", "target" + std::to_string(i), 10s) / 1s];
  for (int const count : buckets) {
    CHECK(count > 60);
    CHECK(count < 140);
  }
  CHECK(spread_offset("ab", "c", 10s) != spread_offset("a", "bc", 10s));
}

TEST_CASE("the rate is fixed: a late run does not move the next") {
  Timetable timetable("p", "t", 10s, wall, start);
  auto const first = timetable.due();
  CHECK(timetable.advance(first + 9999ms) == 0);
  CHECK(timetable.due() == first + 10s);
}

TEST_CASE("runs whose time has passed are skipped and counted, on the boundary as well") {
  Timetable timetable("p", "t", 10s, wall, start);
  auto const first = timetable.due();
  SECTION("just before the next due time") {
    CHECK(timetable.advance(first + 10s - 1ns) == 0);
    CHECK(timetable.due() == first + 10s);
  }
  SECTION("exactly at the next due time") {
    CHECK(timetable.advance(first + 10s) == 1);
    CHECK(timetable.due() == first + 20s);
  }
  SECTION("far behind") {
    CHECK(timetable.advance(first + 35s) == 3);
    CHECK(timetable.due() == first + 40s);
  }
}
