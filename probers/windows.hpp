// When a probe runs: enable windows and quiet hours.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace fleet::probers {

/// A part of the week. `from` and `to` are minutes of the day, [from, to); to <= from reaches into the next day, which
/// then counts as part of the day it began on.
struct WeekWindow {
  std::uint8_t days = 0x7f;  ///< bit 0 is Sunday
  int from = 0;
  int to = 24 * 60;
};

/// A probe runs within any of `enabled` (always if empty) and outside of every `quiet`. Times are local ones of the
/// process' time zone (TZ), daylight saving included.
struct Windows {
  std::vector<WeekWindow> enabled, quiet;
  bool open(std::chrono::system_clock::time_point now) const;
};

/// "HH:MM", 00:00 to 24:00, as minutes; -1 if malformed.
int parse_minute_of_day(std::string_view text);
/// "mon", "Monday", "mon-fri"; 0 if malformed.
std::uint8_t parse_days(std::string_view text);

}  // namespace fleet::probers
