// When the users of an open loop come.
#pragma once

#include <chrono>
#include <cstdint>

namespace fleet::probers {

/// A fixed timetable: the rate rises linearly from 0 to `per_second` during `ramp`, then stays until `duration`
/// has passed. The number expected by the instant t is
///   per_second * t^2 / (2 * ramp) while t < ramp,   per_second * (t - ramp / 2) afterwards,
/// and the n-th, from 0, comes when n are expected. Nobody waits for an answer to somebody else: users do not
/// know each other.
class Arrivals {
 public:
  /// `per_second` > 0; a ramp longer than the duration is one that is never finished.
  Arrivals(double per_second, std::chrono::nanoseconds ramp, std::chrono::nanoseconds duration);

  std::chrono::nanoseconds duration() const { return duration_; }
  /// How many come in all.
  std::uint64_t count() const { return count_; }
  /// The n-th, from the beginning; never earlier than the one before.
  std::chrono::nanoseconds at(std::uint64_t n) const;

 private:
  double per_second_, ramp_;
  std::chrono::nanoseconds duration_;
  std::uint64_t count_;
};

}  // namespace fleet::probers
