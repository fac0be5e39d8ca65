// Maintenance that is announced: when it is, once or again and again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fleet::probers::status {

/// Days of the calendar at a fixed offset from UTC, as Alertmanager's time intervals have them: a day counts if
/// its weekday, day of the month and month all do.
struct Recurrence {
  std::uint8_t weekdays = 0x7f;           ///< bit 0 is Sunday
  unsigned first_day = 1, last_day = 31;  ///< of the month
  std::uint16_t months = 0x0fff;          ///< bit 0 is January
  int from = 0, to = 24 * 60;             ///< minutes of the day; to <= from reaches into the next day
  std::chrono::seconds utc_offset{0};
};

/// One stretch of time, [begin, end).
struct Span {
  std::chrono::sys_seconds begin, end;
};

/// How long in advance it is announced; the runbook's comes once a month.
inline constexpr std::chrono::days announced_ahead{35};

/// Something that people are told of in advance.
struct Maintenance {
  std::string title, description;
  std::vector<std::string> services;  ///< names; empty: all of them
  bool is_public = true;
  std::optional<Span> once;  ///< else `recurrence`
  Recurrence recurrence;

  /// The span that is under way at `now`, or the next that begins within `horizon`.
  std::optional<Span> next(std::chrono::sys_seconds now, std::chrono::days horizon) const;
  bool covers(const std::string& service) const;
};

}  // namespace fleet::probers::status
