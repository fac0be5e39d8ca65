// The protobuf wire format, read in place.
#pragma once

#include <cstdint>
#include <string_view>

namespace fleet::exporters::a2a {

/// Walks the fields of one message. Views point into the bytes it was given; nothing is copied or allocated,
/// and nothing outside the bytes is touched. Throws DecodingError if the bytes end within a field, a number has
/// more than 64 bits, or a group (obsolete, not in OTLP) turns up.
///
///   while (reader.next()) if (reader.is(7, ProtobufReader::Wire::fixed64)) start = reader.number();
class ProtobufReader {
 public:
  enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

  explicit ProtobufReader(std::string_view message) : rest_(message) {}

  /// Takes the next field; false at the end.
  bool next();
  std::uint32_t field() const { return field_; }
  /// A field of another wire type than its own is an unknown one, as in every protobuf reader.
  bool is(std::uint32_t field, Wire wire) const { return field_ == field && wire_ == wire; }
  std::uint64_t number() const { return number_; }   ///< of varint, fixed64 and fixed32
  std::string_view bytes() const { return bytes_; }  ///< of bytes: text, bytes, or a message

 private:
  std::uint64_t take_varint();
  std::uint64_t take_fixed(std::size_t size);
  std::string_view take(std::uint64_t size);

  std::string_view rest_, bytes_;
  std::uint64_t number_ = 0;
  std::uint32_t field_ = 0;
  Wire wire_ = Wire::varint;
};

}  // namespace fleet::exporters::a2a
