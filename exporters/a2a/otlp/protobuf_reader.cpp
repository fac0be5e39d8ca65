#include "exporters/a2a/otlp/protobuf_reader.hpp"

#include "exporters/a2a/otlp/span_decoding.hpp"

namespace fleet::exporters::a2a {

bool ProtobufReader::next() {
  if (rest_.empty()) return false;
  auto const tag = take_varint();
  auto const field = tag >> 3;
  if (field == 0 || field > 0x1fffffff) throw DecodingError("a protobuf field number that cannot be");
  field_ = static_cast<std::uint32_t>(field);
  switch (tag & 7) {
    case 0:
      wire_ = Wire::varint;
      number_ = take_varint();
      return true;
    case 1:
      wire_ = Wire::fixed64;
      number_ = take_fixed(8);
      return true;
    case 2:
      wire_ = Wire::bytes;
      bytes_ = take(take_varint());
      return true;
    case 5:
      wire_ = Wire::fixed32;
      number_ = take_fixed(4);
      return true;
    default:
      throw DecodingError("a protobuf wire type that OTLP does not have");
  }
}

std::uint64_t ProtobufReader::take_varint() {
  std::uint64_t value = 0;
  for (std::size_t n = 0; n < rest_.size() && n < 10; ++n) {
    auto const byte = static_cast<unsigned char>(rest_[n]);
    if (n == 9 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * n);
    if (byte < 0x80) {
      rest_.remove_prefix(n + 1);
      return value;
    }
  }
  throw DecodingError("a protobuf number that is cut off or too long");
}

std::uint64_t ProtobufReader::take_fixed(std::size_t size) {
  auto const bytes = take(size);
  std::uint64_t value = 0;
  for (std::size_t n = size; n-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[n]);
  return value;
}

std::string_view ProtobufReader::take(std::uint64_t size) {
  if (size > rest_.size()) throw DecodingError("a protobuf field that is longer than its message");
  auto const taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

}  // namespace fleet::exporters::a2a
