#include "exporters/postgres/wal_history.hpp"

#include <catch2/catch.hpp>

namespace fleet::exporters::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Instant at(double second) {
  return Instant() + std::chrono::hours(1) + milliseconds(static_cast<long>(second * 1000));
}

Replica replica(std::string name, Lsn flushed, std::optional<double> lag = std::nullopt,
                bool synchronous = false) {
  Replica made;
  made.name = std::move(name);
  made.flushed = flushed;
  made.flush_lag = lag;
  made.synchronous = synchronous;
  return made;
}

}  // namespace

TEST_CASE("the history knows since when a position was passed") {
  WalHistory history;
  CHECK_FALSE(history.since_at(100, at(0)));
  CHECK(history.length(at(0)) == 0);
  history.observe(at(0), 100);
  history.observe(at(15), 200);
  history.observe(at(30), 300);
  CHECK_FALSE(history.since_at(99, at(40)));
  CHECK(history.since_at(100, at(40)) == 40);
  CHECK(history.since_at(199, at(40)) == 40);
  CHECK(history.since_at(200, at(40)) == 25);
  CHECK(history.since_at(300, at(40)) == 10);
  CHECK(history.length(at(40)) == 40);
  CHECK(history.before(at(30)) == 200);
  CHECK(history.before(at(31)) == 300);
  CHECK_FALSE(history.before(at(0)));
}

TEST_CASE("an idle primary keeps the end of its idle time, not every scrape of it") {
  WalHistory history;
  for (int i = 0; i <= 1000; ++i) history.observe(at(i), 100);
  CHECK(history.size() == 2);
  history.observe(at(1001), 200);
  CHECK(history.since_at(100, at(1001)) == 1);
}

TEST_CASE("a position that falls begins a new history") {
  WalHistory history;
  history.observe(at(0), 500);
  history.observe(at(10), 400);
  CHECK(history.size() == 1);
  CHECK_FALSE(history.since_at(399, at(11)));
  CHECK(history.since_at(450, at(11)) == 1);
}

TEST_CASE("a long history is thinned out at its old end and stays an upper bound") {
  WalHistory history;
  for (Lsn i = 0; i < 100'000; ++i) history.observe(at(static_cast<double>(i)), i * 10);
  CHECK(history.size() <= 2048);
  auto const now = at(99'999);
  CHECK(history.since_at(99'900 * 10, now) == 99);
  auto const old = history.since_at(50'000 * 10, now);
  REQUIRE(old);
  CHECK(*old >= 49'999);
}

TEST_CASE("seconds behind") {
  WalHistory history;
  history.observe(at(0), 1000);
  history.observe(at(15), 2000);
  history.observe(at(30), 3000);
  auto const now = at(30);
  SECTION("nothing missing is zero, whatever was measured last") {
    CHECK(seconds_behind(history, now, 3000, 3000, 5.0) == 0);
    CHECK(seconds_behind(history, now, 3000, 3001, std::nullopt) == 0);
  }
  SECTION("a replica that has what the scrape before saw keeps up: what the server measured counts") {
    CHECK(seconds_behind(history, now, 3000, 2500, 0.004) == Approx(0.004));
    CHECK(seconds_behind(history, now, 3000, 2000, 0.004) == Approx(0.004));
    CHECK(seconds_behind(history, now, 3000, 2500, 400.0) == Approx(15));
    CHECK(seconds_behind(history, now, 3000, 2500, std::nullopt) == Approx(15));
  }
  SECTION("a frozen one does not, and its last measured lag is stale") {
    CHECK(seconds_behind(history, now, 3000, 1999, 0.004) == Approx(30));
    CHECK(seconds_behind(history, at(90), 3000, 1999, 0.004) == Approx(90));
  }
  SECTION("before the history began: the larger of what is known") {
    CHECK(seconds_behind(history, now, 3000, 10, 0.5) == Approx(30));
    CHECK(seconds_behind(history, now, 3000, 10, 100.0) == Approx(100));
  }
}

TEST_CASE("the recovery point is the best replica's") {
  RecoveryPointView view;
  SECTION("no replica ever: nothing to say") {
    CHECK_FALSE(view.judge(at(0), 1000, {}, {}));
    CHECK_FALSE(view.judge(at(15), 2000, {}, {}));
  }
  SECTION("of two the fresher") {
    std::vector<Replica> const now{replica("a", 400), replica("b", 900, 0.02)};
    view.judge(at(0), 500, now, {});
    auto const point = view.judge(at(10), 1000, now, {});
    REQUIRE(point);
    CHECK(point->seconds == Approx(0.02));
    CHECK(point->bytes == 100);
  }
  SECTION("a synchronous replica loses nothing that was committed") {
    std::vector<Replica> const now{replica("a", 400, 3.0, true)};
    auto const point = view.judge(at(0), 500, now, {});
    REQUIRE(point);
    CHECK(point->seconds == 0);
    CHECK(point->bytes == 0);
  }
  SECTION("a replica that went away is remembered, and the loss grows") {
    view.judge(at(0), 1000, std::vector<Replica>{replica("a", 1000)}, {});
    view.judge(at(15), 1500, {}, {});
    auto const point = view.judge(at(60), 4000, {}, {});
    REQUIRE(point);
    CHECK(point->seconds == Approx(60));
    CHECK(point->bytes == 3000);
    auto const back = view.judge(at(61), 4000, std::vector<Replica>{replica("a", 4000)}, {});
    REQUIRE(back);
    CHECK(back->seconds == 0);
    CHECK(back->bytes == 0);
  }
  SECTION("an idle primary has nothing to lose even without its replica") {
    view.judge(at(0), 1000, std::vector<Replica>{replica("a", 1000)}, {});
    auto const point = view.judge(at(600), 1000, {}, {});
    REQUIRE(point);
    CHECK(point->seconds == 0);
  }
  SECTION("an inactive slot stands for a replica that was never seen") {
    std::vector<Lsn> const parked{700};
    view.judge(at(0), 1000, {}, parked);
    auto const point = view.judge(at(30), 1200, {}, parked);
    REQUIRE(point);
    CHECK(point->bytes == 500);
    CHECK(point->seconds == Approx(30));
  }
}

}  // namespace fleet::exporters::postgres
