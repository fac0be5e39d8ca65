#include "probers/recent_latency.hpp"

#include <catch2/catch.hpp>

using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

RecentLatency::Clock::time_point const t0{100h};

}  // namespace

TEST_CASE("nearest rank: the 95th percentile of 1..20 is 19, of 1..21 is 20") {
  RecentLatency window(60s);
  for (int i = 20; i >= 1; --i) window.add(t0, std::chrono::milliseconds(i));
  CHECK(window.quantile(t0, 0.95) == 19ms);
  CHECK(window.quantile(t0, 1.0) == 20ms);
  CHECK(window.quantile(t0, 0.5) == 10ms);
  CHECK(window.quantile(t0, 0.01) == 1ms);
  window.add(t0, 21ms);
  CHECK(window.quantile(t0, 0.95) == 20ms);
}

TEST_CASE("what completed a window ago has left, and then there is no value") {
  RecentLatency window(60s);
  window.add(t0, 500ms);
  window.add(t0 + 1s, 5ms);
  CHECK(window.quantile(t0 + 60s - 1ns, 1) == 500ms);
  CHECK(window.quantile(t0 + 60s, 1) == 5ms);
  CHECK(window.quantile(t0 + 61s, 1) == std::nullopt);
}
