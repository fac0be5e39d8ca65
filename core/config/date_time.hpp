// Points in time as RFC 3339 writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace fleet::config {

/// "+10:00", "-03:30", "Z": east of Greenwich, 14 hours at most. nullopt if malformed.
std::optional<std::chrono::seconds> parse_zone(std::string_view text);
/// "2026-11-27T10:00:00Z", "2026-11-27T20:00:00.5+10:00" (fractions are dropped), or "2026-11-27": midnight
/// UTC. nullopt if malformed or no day of the calendar.
std::optional<std::chrono::sys_seconds> parse_date_time(std::string_view text);

}  // namespace fleet::config
