// Numbers in text that came from outside.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <type_traits>

namespace fleet {

/// The number that `text` is from its first character to its last; nullopt if it is none, holds anything else
/// or does not fit. As std::from_chars reads: no spaces, no "+", a "-" for signed types alone, and of doubles
/// also exponents, "inf" and "nan". `base` is of whole numbers.
template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number value{};
  auto const* const last = text.data() + text.size();
  std::from_chars_result read{};
  if constexpr (std::is_integral_v<Number>) {
    read = std::from_chars(text.data(), last, value, base);
  } else {
    read = std::from_chars(text.data(), last, value);
  }
  if (read.ec != std::errc() || read.ptr != last) return std::nullopt;
  return value;
}

}  // namespace fleet
