// The quantile of what happened lately.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace fleet::probers {

/// Durations that completed within a sliding window, kept whole: a prober has a handful per target. Not
/// thread-safe.
class RecentLatency {
 public:
  using Clock = std::chrono::steady_clock;
  explicit RecentLatency(std::chrono::nanoseconds window) : window_(window) {}

  void add(Clock::time_point completed, std::chrono::nanoseconds duration);
  /// The nearest-rank quantile (the ceil(q n)-th smallest of n) of what completed in (now - window, now];
  /// nullopt if nothing did.
  std::optional<std::chrono::nanoseconds> quantile(Clock::time_point now, double q);

 private:
  std::chrono::nanoseconds window_;
  std::deque<std::pair<Clock::time_point, std::chrono::nanoseconds>> recent_;
};

}  // namespace fleet::probers
