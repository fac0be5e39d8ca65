#include "probers/commands/arrivals.hpp"

#include <cmath>

#include "core/io/seconds.hpp"

namespace fleet::probers {

namespace {

double expected_by(double t, double per_second, double ramp) {
  return t < ramp ? per_second * t * t / (2 * ramp) : per_second * (t - ramp / 2);
}

}  // namespace

Arrivals::Arrivals(double per_second, std::chrono::nanoseconds ramp, std::chrono::nanoseconds duration)
    : per_second_(per_second),
      ramp_(seconds(ramp)),
      duration_(duration),
      // Less a hair: 0.1 * 30 comes out just above the 3 that it is.
      count_(static_cast<std::uint64_t>(std::ceil(expected_by(seconds(duration), per_second_, ramp_) - 1e-9))) {
}

std::chrono::nanoseconds Arrivals::at(std::uint64_t n) const {
  auto const expected = static_cast<double>(n);
  double const by_ramp = per_second_ * ramp_ / 2;
  double const t = expected < by_ramp ? std::sqrt(2 * expected * ramp_ / per_second_)
                                      : ramp_ + (expected - by_ramp) / per_second_;
  return std::chrono::nanoseconds(std::llround(t * 1e9));
}

}  // namespace fleet::probers
