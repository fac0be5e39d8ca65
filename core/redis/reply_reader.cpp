#include "core/redis/reply_reader.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>

#include "core/redis/decimal.hpp"

namespace fleet::redis {
namespace {

// Far above what is ever asked for, far below what a server that is none could make us hold.
constexpr std::size_t most_reply_bytes = std::size_t{128} << 20;
// What fits a skip; most_reply_bytes is used up by far fewer elements.
constexpr std::uint32_t most_elements = (std::uint32_t{1} << 29) - 1;
constexpr std::ptrdiff_t most_digits = 19;  // of a number of 64 bits; and they fit an unsigned one

enum class Line : std::uint8_t { whole, cut };

[[noreturn]] void refuse(std::string_view what) { throw ProtocolError("redis sent " + std::string(what)); }

[[noreturn]] void refuse_byte(char got) {
  char text[80];
  std::snprintf(text, sizeof text, "expected a reply from redis, got the byte 0x%02x",
                static_cast<unsigned char>(got));
  throw ProtocolError(text);
}

inline bool is_line_end(const char* at) { return std::memcmp(at, "\r\n", 2) == 0; }

/// The number from `from` to the line's end, after which `from` is set to what follows. Throws ProtocolError.
inline Line read_number(const char*& from, const char* end, std::int64_t& number) {
  auto const* at = from;
  bool const negative = at != end && *at == '-';
  if (negative) ++at;
  auto const* const digits = at;
  std::uint64_t value = 0;
  for (; at != end; ++at) {
    auto const digit = digit_of(*at);
    if (digit > 9) break;
    if (at - digits == most_digits) refuse("a number beyond 64 bits");
    value = 10 * value + digit;
  }
  if (at == end) return Line::cut;
  // As Redis writes them: no zeros before a number.
  bool const plain = at != digits && (*digits != '0' || (at - digits == 1 && !negative));
  if (*at != '\r' || !plain) refuse("a number that is none");
  if (end - at < 2) return Line::cut;
  if (at[1] != '\n') refuse("a number that is none");
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0))
    refuse("a number beyond 64 bits");
  number = static_cast<std::int64_t>(negative ? 0 - value : value);
  from = at + 2;
  return Line::whole;
}

}  // namespace

std::span<char> ReplyReader::prepare(std::size_t size) {
  if (begin_ > 0 && (empty() || bytes_.capacity() - bytes_.size() < size)) {
    bytes_.consume(begin_);
    at_ -= begin_;
    scanned_ -= std::min(scanned_, begin_);
    begin_ = 0;
  }
  return bytes_.prepare(size);
}

void ReplyReader::feed(std::string_view bytes) {
  prepare(bytes.size());
  bytes_.append(bytes);
}

bool ReplyReader::next(ReplyArena& arena) {
  // What a large reply has grown is used for the next one of its place.
  if (elements_.empty() && elements_.capacity() < arena.elements.capacity()) {
    arena.elements.swap(elements_);
    elements_.clear();
  }
  if (decode()) {
    hand_over(arena);
    return true;
  }
  if (bytes_.size() - begin_ + elements_.size() * sizeof(Element) > most_reply_bytes)
    refuse("a reply that exceeds 128 MiB");
  return false;
}

/// Up to the end of a reply; false if that has not come.
bool ReplyReader::decode() {
  do {
    if (depth_ == 0 || !decode_short_strings()) {
      auto const depth = depth_;
      if (!decode_element()) return false;
      if (depth_ > depth) continue;  // its own elements are next
    }
    close_arrays();
  } while (depth_ > 0);
  return true;
}

/// After an element that is whole: it may have been the last of its array, and that of its own.
void ReplyReader::close_arrays() {
  while (depth_ > 0 && --open_[depth_ - 1].left == 0) {
    auto const index = open_[--depth_].index;
    elements_[index].skip = static_cast<std::uint32_t>(elements_.size() - index) & most_elements;
  }
}

/// What a stream's records are made of, strings of 1 to 99 bytes: as many as follow. True if the array's last
/// is among them.
bool ReplyReader::decode_short_strings() {
  constexpr std::size_t longest = sizeof "$99\r\n\r\n" - 1 + 99;
  constexpr std::uint32_t most_at_once = 256;
  auto const* const begin = bytes_.data() + begin_;
  auto const* from = bytes_.data() + at_;
  auto const* const end = bytes_.data() + bytes_.size();
  auto& array = open_[depth_ - 1];
  auto const most = std::min(array.left, most_at_once);
  auto* const elements = elements_.prepare(most).data();
  std::uint32_t count = 0;
  for (; count < most && static_cast<std::size_t>(end - from) >= longest; ++count) {
    auto size = digit_of(from[1]);
    if (from[0] != '$' || size - 1 > 8) break;
    auto const* at = from + 2;
    if (auto const second = digit_of(*at); second <= 9) {
      size = 10 * size + second;
      ++at;
    }
    auto const* const text = at + 2;
    if (!is_line_end(at) || !is_line_end(text + size)) break;
    elements[count] = Element{text - begin, size, 1, ReplyType::string};
    from = text + size + 2;
  }
  elements_.commit(count);
  at_ = static_cast<std::size_t>(from - bytes_.data());
  bool const last = count == array.left;
  array.left -= last ? count - 1 : count;  // which close_arrays() counts
  return last;
}

inline void ReplyReader::add(ReplyType type, std::size_t size, std::int64_t integer, const char* next) {
  elements_.prepare(1)[0] = Element{integer, static_cast<std::uint32_t>(size), 1, type};
  elements_.commit(1);
  at_ = static_cast<std::size_t>(next - bytes_.data());
}

/// Decodes one element, of an array its head; false if it has not come whole.
bool ReplyReader::decode_element() {
  auto const* const end = bytes_.data() + bytes_.size();
  auto const* from = bytes_.data() + at_;
  if (from == end) return false;
  switch (*from++) {
    case '$':
      return decode_bulk(from, end);
    case '*':
      return decode_array(from, end);
    case '+':
      return decode_line(ReplyType::status, from, end);
    case '-':
      return decode_line(ReplyType::error, from, end);
    case ':': {
      std::int64_t value = 0;
      if (read_number(from, end, value) == Line::cut) return false;
      add(ReplyType::integer, 0, value, from);
      return true;
    }
    default:
      refuse_byte(from[-1]);
  }
}

bool ReplyReader::decode_line(ReplyType type, const char* from, const char* end) {
  auto const* const data = bytes_.data();
  for (auto const* at = std::max(from, data + scanned_);; ++at) {
    at = at == end ? nullptr
                   : static_cast<const char*>(std::memchr(at, '\r', static_cast<std::size_t>(end - at)));
    if (at == nullptr || at + 1 == end) {
      scanned_ = static_cast<std::size_t>((at == nullptr ? end : at) - data);
      return false;
    }
    if (at[1] != '\n') continue;
    add(type, static_cast<std::size_t>(at - from), from - (data + begin_), at + 2);
    return true;
  }
}

bool ReplyReader::decode_bulk(const char* from, const char* end) {
  std::int64_t size = 0;
  if (read_number(from, end, size) == Line::cut) return false;
  if (size < 0) {
    if (size != -1) refuse("a string of negative length");
    add(ReplyType::nil, 0, 0, from);
    return true;
  }
  if (static_cast<std::size_t>(size) > most_reply_bytes) refuse("a reply that exceeds 128 MiB");
  if (end - from < size + 2) return false;
  auto const* const after = from + size;
  if (after[0] != '\r' || after[1] != '\n') refuse("a string that is longer than announced");
  add(ReplyType::string, static_cast<std::size_t>(size), from - (bytes_.data() + begin_), after + 2);
  return true;
}

bool ReplyReader::decode_array(const char* from, const char* end) {
  if (depth_ == most_open) refuse("arrays nested deeper than 8");
  std::int64_t size = 0;
  if (read_number(from, end, size) == Line::cut) return false;
  if (size < -1 || size > static_cast<std::int64_t>(most_elements)) refuse("an array of impossible length");
  if (size > 0)
    open_[depth_++] = {static_cast<std::uint32_t>(elements_.size()), static_cast<std::uint32_t>(size)};
  add(size < 0 ? ReplyType::nil : ReplyType::array, static_cast<std::size_t>(std::max<std::int64_t>(size, 0)),
      0, from);
  return true;
}

/// Gives the reply's bytes away if it is most of what is held, and else a copy: either costs no more than the
/// reply is long, a small reply does not take a large buffer with it, and no large one stays here.
void ReplyReader::hand_over(ReplyArena& arena) {
  auto const size = at_ - begin_;
  auto const left = bytes_.size() - at_;
  if (elements_.size() > most_elements) refuse("a reply that exceeds 128 MiB");
  arena.elements.swap(elements_);
  elements_.clear();
  if (left <= size && size >= bytes_.capacity() / 4) {
    arena.bytes.swap(bytes_);
    arena.text = arena.bytes.data() + begin_;
    bytes_.clear();
    bytes_.append({arena.bytes.data() + at_, left});
    at_ = 0;
  } else {
    arena.bytes.clear();
    arena.bytes.append({bytes_.data() + begin_, size});
    arena.text = arena.bytes.data();
  }
  begin_ = at_;
  scanned_ = at_;
}

}  // namespace fleet::redis
