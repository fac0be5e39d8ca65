#include "probers/timetable.hpp"

#include <cstdint>

namespace fleet::probers {

namespace {

std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 14695981039346656037u) {
  for (unsigned char const c : text) hash = (hash ^ c) * 1099511628211u;
  return hash;
}

}  // namespace

std::chrono::nanoseconds spread_offset(std::string_view probe, std::string_view target,
                                       std::chrono::nanoseconds interval) {
  auto const hash = fnv1a(target, fnv1a(std::string_view("\0", 1), fnv1a(probe)));
  return std::chrono::nanoseconds(hash % static_cast<std::uint64_t>(interval.count()));
}

Timetable::Timetable(std::string_view probe, std::string_view target, std::chrono::nanoseconds interval,
                     std::chrono::system_clock::time_point wall_now, Clock::time_point steady_now)
    : interval_(interval) {
  auto const wall = std::chrono::duration_cast<std::chrono::nanoseconds>(wall_now.time_since_epoch());
  auto wait = (spread_offset(probe, target, interval) - wall % interval) % interval;
  if (wait < std::chrono::nanoseconds::zero()) wait += interval;
  due_ = steady_now + wait;
}

std::int64_t Timetable::advance(Clock::time_point now) {
  due_ += interval_;
  if (due_ > now) return 0;
  auto const skipped = (now - due_) / interval_ + 1;
  due_ += skipped * interval_;
  return skipped;
}

}  // namespace fleet::probers
