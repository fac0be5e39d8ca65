// Reads the fields of a DNS message within bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "probers/dns/domain_name.hpp"

namespace fleet::probers::dns {

/// A position in a message and the end of what may be read there. Every reading beyond it throws
/// std::out_of_range. Does not own the message.
class WireReader {
 public:
  WireReader(std::string_view message, std::size_t offset, std::size_t length)
      : message_(message), at_(offset) {
    if (offset > message.size() || length > message.size() - offset)
      throw std::out_of_range("a record is cut off");
    end_ = offset + length;
  }

  std::size_t position() const { return at_; }
  std::size_t left() const { return end_ - at_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(bytes(1)[0]); }
  std::uint16_t u16() {
    auto const high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  std::uint32_t u32() {
    auto const high = static_cast<std::uint32_t>(u16());
    return high << 16 | u16();
  }
  std::string_view bytes(std::size_t count) {
    if (count > left()) throw std::out_of_range("a field is cut off");
    auto const found = message_.substr(at_, count);
    at_ += count;
    return found;
  }
  std::string_view rest() { return bytes(left()); }
  /// A length octet and that many octets (RFC 1035 section 3.3).
  std::string_view character_string() {
    auto const length = u8();
    return bytes(length);
  }
  /// In uncompressed wire form; what it points to may lie anywhere before.
  std::string raw_name() {
    auto after = at_;
    auto name = read_name(message_, after);
    if (after > end_) throw std::out_of_range("a name is cut off");
    at_ = after;
    return name;
  }
  /// As text.
  std::string name() { return name_text(raw_name()); }

 private:
  std::string_view message_;
  std::size_t at_, end_;
};

}  // namespace fleet::probers::dns
