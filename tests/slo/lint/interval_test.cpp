#include "slo/lint/interval.hpp"

#include <catch2/catch.hpp>

using namespace fleet::lint;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Interval share{0, 1}, anything{}, positive{0, infinity};

}  // namespace

TEST_CASE("comparisons of intervals are never, always or sometimes true") {
  CHECK(compare(">", share, Interval::exactly(1)) == Verdict::never);
  CHECK(compare(">=", share, Interval::exactly(1)) == Verdict::sometimes);
  CHECK(compare(">=", share, Interval::exactly(0)) == Verdict::always);
  CHECK(compare(">", share, Interval::exactly(0)) == Verdict::sometimes);
  CHECK(compare("<", positive, Interval::exactly(0)) == Verdict::never);
  CHECK(compare("<=", positive, Interval::exactly(0)) == Verdict::sometimes);
  CHECK(compare("==", share, Interval::exactly(2)) == Verdict::never);
  CHECK(compare("!=", share, Interval::exactly(2)) == Verdict::always);
  CHECK(compare("==", Interval::exactly(1), Interval::exactly(1)) == Verdict::always);
  CHECK(compare("!=", Interval::exactly(1), Interval::exactly(1)) == Verdict::never);
  CHECK(compare(">", anything, Interval::exactly(5)) == Verdict::sometimes);
  CHECK(compare("<=", Interval{5, infinity, true}, Interval::exactly(5)) == Verdict::never);
  Interval nan = positive;
  nan.nan = true;
  CHECK(compare(">=", nan, Interval::exactly(0)) == Verdict::sometimes);
}

TEST_CASE("a comparison leaves the values for which it holds") {
  Interval const above = filtered(">", share, Interval::exactly(0.5));
  CHECK((above.least == 0.5 && above.least_open && above.most == 1));
  CHECK(filtered("<", above, Interval::exactly(0.5)).is_empty());
  CHECK_FALSE(filtered("<=", share, Interval::exactly(0)).is_empty());
  CHECK(filtered("==", share, Interval::exactly(2)).is_empty());
}

TEST_CASE("arithmetic bounds its results") {
  Interval const difference = arithmetic("-", Interval::exactly(1), share);
  CHECK((difference.least == 0 && difference.most == 1));
  Interval const percent = arithmetic("*", share, Interval::exactly(100));
  CHECK((percent.least == 0 && percent.most == 100));
  Interval const negative = arithmetic("*", share, Interval::exactly(-2));
  CHECK((negative.least == -2 && negative.most == 0));
  Interval const ratio = arithmetic("/", positive, positive);
  CHECK((ratio.least == 0 && ratio.most == infinity && ratio.nan));
  Interval const scaled = arithmetic("/", share, Interval::exactly(4));
  CHECK((scaled.most == 0.25 && !scaled.nan));
  Interval const unknown = arithmetic("-", positive, positive);
  CHECK((unknown.least == -infinity && unknown.most == infinity));
  CHECK(arithmetic("^", Interval::exactly(2), Interval::exactly(3)).most == 8);
  CHECK(arithmetic("*", anything, Interval::exactly(0)).is_point());
}
