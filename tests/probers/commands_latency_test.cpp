// The recorder of latencies, the timetable of arrivals, the verdict on both.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "core/metrics/nearest_rank.hpp"
#include "probers/commands/arrivals.hpp"
#include "probers/commands/latency_histogram.hpp"
#include "probers/commands/latency_tally.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

std::vector<std::int64_t> log_uniform(std::size_t count, double longest) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(0, std::log(longest));
  std::vector<std::int64_t> out(count);
  for (auto& value : out) value = static_cast<std::int64_t>(std::exp(exponent(random)));
  return out;
}

}  // namespace

TEST_CASE("a histogram keeps every quantile to one part in 1024, from nanoseconds to an hour") {
  auto values = log_uniform(20'000, 3.6e12);
  LatencyHistogram histogram;
  for (auto const value : values) histogram.record(std::chrono::nanoseconds(value));
  std::sort(values.begin(), values.end());
  CHECK(histogram.count() == values.size());
  CHECK(histogram.min().count() == values.front());
  CHECK(histogram.max().count() == values.back());
  for (double const q : {0.0, 0.001, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0}) {
    auto const exact = values[nearest_rank(q, values.size()) - 1];
    auto const kept = histogram.quantile(q).count();
    CAPTURE(q, exact, kept);
    CHECK(kept >= exact);
    CHECK(kept - exact <= exact / 1024);
  }
}

TEST_CASE("small values are exact, and each boundary of a bucket is counted on its own side") {
  for (std::int64_t const value :
       {0LL, 1LL, 2047LL, 2048LL, 4095LL, 4096LL, 1LL << 20, (1LL << 41) - 1, (1LL << 42) - 2}) {
    LatencyHistogram histogram;
    histogram.record(std::chrono::nanoseconds(value));
    histogram.record(1h * 24);
    CAPTURE(value);
    CHECK(histogram.quantile(0.5).count() >= value);
    CHECK(histogram.quantile(0.5).count() <= value + value / 1024);
    if (value < 2048) CHECK(histogram.quantile(0.5).count() == value);
  }
}

TEST_CASE("lengths out of range are clamped, their greatest is not") {
  LatencyHistogram histogram;
  histogram.record(-5s);
  CHECK(histogram.quantile(1) == 0s);
  histogram.record(24h);
  CHECK(histogram.max() == 24h);
  CHECK(histogram.quantile(1) == 24h);
  CHECK(histogram.mean() == 12h);
}

TEST_CASE("of nothing every reading is 0, and cleared is as new") {
  LatencyHistogram histogram;
  CHECK((histogram.count() == 0 && histogram.min() == 0s && histogram.max() == 0s &&
         histogram.quantile(0.5) == 0s));
  histogram.record(1s);
  histogram.clear();
  CHECK((histogram.count() == 0 && histogram.min() == 0s && histogram.max() == 0s && histogram.mean() == 0s));
}

TEST_CASE("merged histograms are those of all values") {
  auto const values = log_uniform(2'000, 1e10);
  LatencyHistogram all, even, odd;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.record(std::chrono::nanoseconds(values[i]));
    (i % 2 == 0 ? even : odd).record(std::chrono::nanoseconds(values[i]));
  }
  even.merge(odd);
  CHECK(even.count() == all.count());
  for (double const q : {0.0, 0.1, 0.5, 0.9, 0.99, 1.0}) CHECK(even.quantile(q) == all.quantile(q));
  CHECK(even.min() == all.min());
  CHECK(even.mean() == all.mean());
}

TEST_CASE("arrivals keep their rate, and rise linearly to it") {
  Arrivals const steady(10, 0s, 3s);
  CHECK(steady.count() == 30);
  CHECK(steady.at(0) == 0s);
  CHECK(steady.at(29) == 2900ms);

  Arrivals const ramped(50, 30s, 300s);
  CHECK(ramped.count() == 50 * 15 + 50 * 270);
  // At t the rate is 50 t / 30: by 15 s a quarter of what the whole ramp brings has come.
  CHECK(ramped.at(750) == 30s);
  CHECK(std::abs((ramped.at(187) - 15s).count()) < std::chrono::nanoseconds(50ms).count());
  CHECK(ramped.at(751) - ramped.at(750) == 20ms);
  for (std::uint64_t n = 1; n < ramped.count(); ++n) {
    if (ramped.at(n) < ramped.at(n - 1)) FAIL("arrival " << n << " comes before the one before");
  }
  CHECK(ramped.at(ramped.count() - 1) < 300s);
}

TEST_CASE("a ramp longer than the duration is never finished") {
  Arrivals const half(100, 20s, 10s);
  CHECK(half.count() == 250);
  CHECK(half.at(249) < 10s);
  CHECK(half.at(250) == 10s);
}

TEST_CASE("an objective is judged by exact counts") {
  LatencyTally tally({50ms, 0.95, 0});
  for (int i = 0; i < 19; ++i) tally.served(50ms);
  CHECK(tally.meets_latency());
  tally.served(51ms);  // 19 of 20 are within: just enough
  CHECK(tally.meets_latency());
  CHECK(tally.latency_shortfall().empty());
  tally.served(80ms);
  CHECK_FALSE(tally.meets_latency());
  CHECK(tally.latency_shortfall() == "p95 51.0 ms is 1.0 ms over 50.0 ms");
}

TEST_CASE("a failed request is one that was never answered") {
  LatencyTally tally({50ms, 0.9, 0.5});
  for (int i = 0; i < 8; ++i) tally.served(1ms);
  tally.failed(2ms);
  tally.failed(std::nullopt);
  CHECK(tally.total() == 10);
  CHECK(tally.error_ratio() == Approx(0.2));
  CHECK(tally.meets_errors());
  CHECK(tally.waits().count() == 9);
  CHECK(tally.quantile_seconds(0.8) == Approx(0.001).epsilon(0.001));
  CHECK(std::isinf(tally.quantile_seconds(0.9)));
  CHECK_FALSE(tally.meets_latency());
  CHECK(tally.latency_shortfall() == "p90 is a failed request: 2 of 10 failed");
}

TEST_CASE("the verdict names the most frequent failure, slowness, or that nothing is known") {
  auto const judged = [](int served, std::chrono::milliseconds latency, int timeouts, int unknown) {
    LatencyTally tally({50ms, 0.95, 0.01});
    ReportRow row;
    for (int i = 0; i < served; ++i) {
      tally.served(latency);
      row.add({});
    }
    for (int i = 0; i < timeouts; ++i) {
      tally.failed(5s);
      row.add(ProbeResult::bad(Reason::timeout, "send", "timed out"));
    }
    for (int i = 0; i < unknown; ++i) {
      auto result = ProbeResult::bad(Reason::internal, "attempt", "odd");
      result.outcome = Outcome::unknown;
      row.add(result);
    }
    judge_tally(tally, row);
    return row.result;
  };
  CHECK(judged(20, 10ms, 0, 0).outcome == Outcome::good);
  auto const failing = judged(17, 10ms, 3, 1);
  CHECK((failing.outcome == Outcome::bad && failing.reason == Reason::timeout && failing.step == "send"));
  CHECK(failing.detail.starts_with(
      "3 of 20 failed (15 %, at most 1 %); last: timed out; p95 is a failed request"));
  auto const slow = judged(20, 83ms, 0, 0);
  CHECK((slow.outcome == Outcome::bad && slow.reason == Reason::slow));
  CHECK(slow.detail == "p95 83.0 ms is 33.0 ms over 50.0 ms");
  CHECK(judged(20, 10ms, 0, 1).outcome == Outcome::unknown);
  auto const nothing = judged(0, 0ms, 0, 0);
  CHECK((nothing.outcome == Outcome::unknown && nothing.detail == "nothing was measured"));
}
