// Sizes as blackbox_exporter writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fleet::probers {

/// "5MB", "1.5MiB", "1GB512MB", "300": powers of 1024 with or without the i, bytes without a unit. nullopt if
/// malformed, negative or beyond 2^62.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);

}  // namespace fleet::probers
