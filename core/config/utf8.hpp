// Validity of UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace fleet::config {

/// The length in bytes of the valid UTF-8 sequence that begins `text` (RFC 3629: no overlong forms, no
/// surrogates), 0 if there is none.
inline std::size_t utf8_length(std::string_view text) {
  auto const byte = [&](std::size_t n) { return n < text.size() ? static_cast<unsigned char>(text[n]) : 0U; };
  auto const tail = [&](std::size_t n) { return (byte(n) & 0xC0U) == 0x80U; };
  unsigned const lead = byte(0), next = byte(1);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    bool const good = tail(1) && tail(2) && !(lead == 0xE0 && next < 0xA0) && !(lead == 0xED && next > 0x9F);
    return good ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    bool const good =
        tail(1) && tail(2) && tail(3) && !(lead == 0xF0 && next < 0x90) && !(lead == 0xF4 && next > 0x8F);
    return good ? 4 : 0;
  }
  return 0;
}

}  // namespace fleet::config
