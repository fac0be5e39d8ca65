// Instants on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleet::slo {

/// Seconds since 1970 of "2026-11-27T10:00:00Z" (or +10:00), "2026-11-27", "now", "now-7d", or of seconds since
/// 1970 themselves. nullopt if it is none of these.
std::optional<std::int64_t> parse_instant(std::string_view text, std::int64_t now);
/// "2026-11-27T10:00:00Z".
std::string format_instant(std::int64_t seconds);

}  // namespace fleet::slo
