// Sizes as blackbox_exporter writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/config/document.hpp"

namespace fleet::config {

/// "5MB", "1.5MiB", "1GB512MB", "300": powers of 1024 with or without the i, bytes without a unit. nullopt if
/// malformed, negative or beyond 2^62.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);
/// The same of a configured value; throws Error at it.
std::uint64_t read_byte_size(const Value& value);

}  // namespace fleet::config
