#include "exporters/a2a/quantile_window.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace fleet::exporters::a2a {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t start = 1'700'000'000 * second;  // a multiple of 250 ms

QuantileWindow minute() { return QuantileWindow(std::chrono::seconds(60)); }

TEST_CASE("nothing is in a new window") {
  auto window = minute();
  CHECK_FALSE(window.quantile(0.95, start));
  CHECK(window.count(start) == 0);
}

TEST_CASE("the quantile is the nearest rank") {
  auto window = minute();
  for (int value = 20; value >= 1; --value) window.observe(start, value * 1000, start);
  CHECK(window.quantile(0.95, start) == 19'000);  // ceil(0.95 * 20) = 19
  CHECK(window.quantile(0.951, start) == 20'000);
  CHECK(window.quantile(0.5, start) == 10'000);
  CHECK(window.quantile(1, start) == 20'000);
  CHECK(window.quantile(0.0001, start) == 1'000);
  window.observe(start, 21'000, start);
  CHECK(window.quantile(0.95, start) == 20'000);  // ceil(19.95) = 20
}

TEST_CASE("one value is every quantile") {
  auto window = minute();
  window.observe(start, 42'123, start);
  CHECK(window.quantile(0.01, start) == 42'123);
  CHECK(window.quantile(0.99, start) == 42'123);
}

TEST_CASE("a hop leaves the window after W, at most a 240th of it earlier") {
  auto window = minute();
  window.observe(start, 1000, start);
  CHECK(window.count(start + 59'750'000) == 1);
  CHECK(window.count(start + 59'999'999) == 1);
  CHECK(window.count(start + 60 * second) == 0);
  CHECK_FALSE(window.quantile(0.95, start + 60 * second));

  auto late = minute();
  late.observe(start + 249'999, 1000, start + 249'999);  // the end of the same sub-window
  CHECK(late.count(start + 59'999'999) == 1);
  CHECK(late.count(start + 60 * second) == 0);
}

TEST_CASE("a pair that went quiet has no latency") {
  auto window = minute();
  for (int n = 0; n < 1000; ++n) window.observe(start + n * 10'000, 300'000, start + n * 10'000);
  CHECK(window.quantile(0.95, start + 10 * second) == 300'000);
  CHECK(window.quantile(0.95, start + 69 * second) == 300'000);
  CHECK_FALSE(window.quantile(0.95, start + 70 * second));
  CHECK_FALSE(window.quantile(0.95, start + 7000 * second));
}

TEST_CASE("a slow minute does not outlive itself") {
  auto window = minute();
  for (int n = 0; n < 60; ++n) window.observe(start + n * second, 500'000, start + n * second);
  for (int n = 60; n < 120; ++n) window.observe(start + n * second, 10'000, start + n * second);
  CHECK(window.quantile(0.95, start + 120 * second) == 10'000);
  // 3 of 60 slow ones left: at the 95th percentile, they are just outside.
  auto mixed = minute();
  for (int n = 0; n < 3; ++n) mixed.observe(start, 500'000, start);
  for (int n = 0; n < 57; ++n) mixed.observe(start, 10'000, start);
  CHECK(mixed.quantile(0.95, start) == 10'000);
  mixed.observe(start, 500'000, start);
  CHECK(mixed.quantile(0.95, start) == 500'000);
}

TEST_CASE("a backlog does not count as of now") {
  auto window = minute();
  window.observe(start - 61 * second, 900'000, start);
  window.observe(start - 3600 * second, 900'000, start);
  CHECK(window.count(start) == 0);
  window.observe(start - 30 * second, 900'000, start);
  CHECK(window.count(start) == 1);
  CHECK(window.count(start + 30 * second) == 0);
}

TEST_CASE("a completion that lies ahead does not count") {
  auto window = minute();
  window.observe(start + 3600 * second, 900'000, start);
  CHECK(window.count(start) == 0);
  CHECK(window.count(start + 3600 * second) == 0);
  auto other = minute();
  other.observe(start + 1'250'000, 1'000, start);  // 2 %
  CHECK(other.count(start) == 1);
  other.observe(start + 1'500'000, 1'000, start);
  CHECK(other.count(start) == 1);
}

TEST_CASE("a long silence and a new start") {
  auto window = minute();
  window.observe(start, 5'000, start);
  auto const later = start + 86'400 * second;
  window.observe(later, 7'000, later);
  CHECK(window.count(later) == 1);
  CHECK(window.quantile(0.5, later) == 7'000);
}

TEST_CASE("many values: within 1/256, on the right side of the objectives") {
  std::mt19937 random(7);
  std::lognormal_distribution<double> latency(std::log(50'000), 0.4);
  auto window = minute();
  std::vector<double> values;
  for (int n = 0; n < 100'000; ++n) {
    auto const value = static_cast<std::int64_t>(latency(random));
    values.push_back(static_cast<double>(value));
    window.observe(start + n * 10, value, start + n * 10);
  }
  std::sort(values.begin(), values.end());
  auto const now = start + 100'000 * 10;
  CHECK(window.count(now) == 100'000);
  for (double const q : {0.01, 0.25, 0.45, 0.499, 0.5, 0.501, 0.55, 0.9, 0.95, 0.99, 0.9999}) {
    auto const exact = values[static_cast<std::size_t>(std::ceil(q * 100'000 - 1e-9)) - 1];
    auto const got = window.quantile(q, now).value();
    INFO("q " << q << " exact " << exact << " got " << got);
    CHECK(std::abs(got - exact) <= exact / 256);
    CHECK((got > 50'000) == (exact > 50'000));
    CHECK((got > 200'000) == (exact > 200'000));
  }
}

TEST_CASE("rounding keeps 50 ms and 200 ms apart from what is above them") {
  for (std::int64_t const objective : {50'000, 200'000}) {
    for (std::int64_t const value : {objective, objective + 1}) {
      auto window = minute();
      // Enough distinct values elsewhere in the sub-window to make it round.
      for (int n = 0; n < 2000; ++n) window.observe(start, 1'000'000 + 50 * n, start);
      for (int n = 0; n < 4000; ++n) window.observe(start, value, start);
      auto const got = window.quantile(0.5, start).value();
      INFO(value << " became " << got);
      CHECK((got > static_cast<double>(objective)) == (value > objective));
    }
  }
}

TEST_CASE("rounded values leave again, all of them") {
  auto window = minute();
  std::mt19937 random(9);
  std::uniform_int_distribution<std::int64_t> any(0, 5'000'000'000);
  for (int n = 0; n < 20'000; ++n) window.observe(start, any(random), start);
  CHECK(window.count(start) == 20'000);
  CHECK(window.quantile(1, start).value() <= 4'294'967'295.0);
  CHECK(window.count(start + 60 * second) == 0);
  window.observe(start + 60 * second, 3, start + 60 * second);
  CHECK(window.quantile(0.95, start + 60 * second) == 3);
}

TEST_CASE("a short window") {
  QuantileWindow window(std::chrono::seconds(1));
  window.observe(start, 1000, start);
  CHECK(window.count(start + second - 5000) == 1);
  CHECK(window.count(start + second) == 0);
}

}  // namespace
}  // namespace fleet::exporters::a2a
