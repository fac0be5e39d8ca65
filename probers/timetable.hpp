// When a probe is due: fixed-rate, spread over the interval, the same after a restart.
#pragma once

#include <chrono>
#include <string_view>

namespace fleet::probers {

/// Due times of one probe and target: all instants t of the wall clock with t mod interval == offset, where
/// offset is a hash (FNV-1a, 64 bit) of "probe\0target" mod interval. So targets spread evenly and keep their
/// place across restarts. The wall clock is asked once, at construction; then the steady clock counts, so a
/// clock step moves nothing.
class Timetable {
 public:
  using Clock = std::chrono::steady_clock;

  Timetable(std::string_view probe, std::string_view target, std::chrono::nanoseconds interval,
            std::chrono::system_clock::time_point wall_now, Clock::time_point steady_now);

  /// The next due time, not before `steady_now` of construction.
  Clock::time_point due() const { return due_; }
  /// Moves on to the first due time after `now`; returns how many whole runs were skipped (0 if the prober kept
  /// up).
  std::int64_t advance(Clock::time_point now);

 private:
  std::chrono::nanoseconds interval_;
  Clock::time_point due_;
};

/// Offset into the interval, in [0, interval).
std::chrono::nanoseconds spread_offset(std::string_view probe, std::string_view target,
                                       std::chrono::nanoseconds interval);

}  // namespace fleet::probers
