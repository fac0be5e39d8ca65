// A calendar month in a time zone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleet::exporters::compliance::monthly {

struct Month {
  int year = 0, month = 0;  ///< 1 to 12
};

/// "2026-10"; nothing else.
std::optional<Month> parse_month(std::string_view text);

/// Whether this machine's zoneinfo knows the zone.
bool is_time_zone(const std::string& name);

/// The month from its first instant, up to the next month's or to the present, whichever is earlier.
struct MonthSpan {
  Month month;
  std::string time_zone;
  std::int64_t from = 0, to = 0;  ///< Unix seconds; `to` is not in it
  bool complete = false;          ///< false: the month has not ended
  int days = 0;                   ///< of the whole month

  std::string title() const;                   ///< "October 2026"
  std::string local(std::int64_t unix) const;  ///< "1 November 2026 00:00 AEDT"
  int day_of(std::int64_t unix) const;         ///< 1 to 31
};

/// Throws std::runtime_error if the zone is not known here. Changes the time zone of the process: for programs
/// that make one report, on one thread. A month that has not begun has from > to.
MonthSpan span_of(Month month, const std::string& time_zone, std::chrono::system_clock::time_point now);

}  // namespace fleet::exporters::compliance::monthly
