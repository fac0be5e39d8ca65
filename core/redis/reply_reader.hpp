// What a Redis server sends, cut into replies where it lies (RESP2,
// https://redis.io/docs/latest/develop/reference/protocol-spec/).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/redis/reply.hpp"

namespace fleet::redis {

/// Cuts a byte stream into replies. Push-style, no socket: put in what arrived, next() until false. Limits
/// nesting (8 arrays within one another) and the size of one reply (128 MiB). Not thread-safe.
class ReplyReader {
 public:
  /// Room for at least `size` bytes of what will arrive, until the next call of anything; commit() says how
  /// many did.
  std::span<char> prepare(std::size_t size);
  void commit(std::size_t size) { bytes_.commit(size); }
  /// Both at once, with a copy.
  void feed(std::string_view bytes);
  /// Decodes the next complete reply into `arena`, in place of what it held; false if more bytes are needed,
  /// and then it holds nothing. Throws ProtocolError; the rest of the stream is of no use then.
  bool next(ReplyArena& arena);
  /// True if nothing is left of what was put in.
  bool empty() const { return begin_ == bytes_.size(); }

 private:
  using Element = ReplyArena::Element;
  struct Open {
    std::uint32_t index, left;  // of an array: its element, and how many of its own are still to come
  };
  static constexpr std::size_t most_open = 8;

  bool decode();
  bool decode_short_strings();
  void close_arrays();
  bool decode_element();
  bool decode_line(ReplyType type, const char* from, const char* end);
  bool decode_bulk(const char* from, const char* end);
  bool decode_array(const char* from, const char* end);
  void add(ReplyType type, std::size_t size, std::int64_t integer, const char* next);
  void hand_over(ReplyArena& arena);

  GrowingArray<char> bytes_;
  std::size_t begin_ = 0;    // of the reply that is being decoded
  std::size_t at_ = 0;       // of its first element that is not decoded
  std::size_t scanned_ = 0;  // no line that is not decoded ends before here
  GrowingArray<Element> elements_;
  std::array<Open, most_open> open_;
  std::size_t depth_ = 0;  // of open_
};

}  // namespace fleet::redis
