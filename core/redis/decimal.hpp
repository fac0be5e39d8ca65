// Whole numbers as Redis and the records in its streams write them. std::from_chars takes two and a half
// times the instructions for a stamp, and a record has five of these.
#pragma once

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace fleet::redis {

/// Above 9 if the character is no digit.
inline unsigned digit_of(char c) { return static_cast<unsigned>(c) - static_cast<unsigned>('0'); }

/// Reads eight digits at once; false if they are not all digits. D. Lemire, "Quickly parsing eight digits",
/// https://lemire.me/blog/2018/10/03/quickly-parsing-eight-digits/
inline bool read_eight_digits(const char* text, std::uint64_t& number) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, text, sizeof eight);
  if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
  constexpr std::uint64_t high = 0xf0f0f0f0f0f0f0f0, threes = 0x3030303030303030, sixes = 0x0606060606060606;
  if ((eight & high) != threes || ((eight + sixes) & high) != threes) return false;
  eight = (eight - threes) * 10 + ((eight - threes) >> 8);
  constexpr std::uint64_t pairs = 0x000000ff000000ff;
  number = ((eight & pairs) * 0x000f424000000064 + ((eight >> 16) & pairs) * 0x0000271000000001) >> 32;
  return true;
}

/// Reads a text that is digits and nothing else; false, with `number` as it was, if it is not or does not fit.
inline bool read_decimal(std::string_view text, std::uint64_t& number) {
  constexpr std::size_t always_fits = 19;
  if (text.empty()) return false;
  std::uint64_t value = 0;
  if (text.size() > always_fits) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return false;
  } else {
    for (std::uint64_t eight = 0; text.size() >= 8; text.remove_prefix(8)) {
      if (!read_eight_digits(text.data(), eight)) return false;
      value = value * 100'000'000 + eight;
    }
    for (char const c : text) {
      auto const digit = digit_of(c);
      if (digit > 9) return false;
      value = 10 * value + digit;
    }
  }
  number = value;
  return true;
}

}  // namespace fleet::redis
