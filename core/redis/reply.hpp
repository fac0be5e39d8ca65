// A Redis reply (RESP2) decoded by hiredis' reader into flat storage.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet::redis {

/// The server sent what no Redis sends; the connection is dropped.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An error reply ("-NOGROUP ...", "-LOADING ..."). The connection stays usable.
class ReplyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  /// The first word: "NOGROUP", "WRONGTYPE", "ERR".
  std::string_view code() const;
};

enum class ReplyType : std::uint8_t { nil, status, error, integer, string, array };

/// The bytes of a reply's strings. A stream's records are many short ones, for which a string's append() is a
/// call too many.
class ReplyBytes {
 public:
  ReplyBytes() = default;
  ReplyBytes(ReplyBytes&& other) noexcept { swap(other); }
  ReplyBytes& operator=(ReplyBytes&& other) noexcept {
    swap(other);
    return *this;
  }
  void swap(ReplyBytes& other) noexcept {
    bytes_.swap(other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }
  void append(const char* text, std::size_t size) {
    if (size > capacity_ - size_) grow(size);
    copy(bytes_.get() + size_, text, size);
    size_ += size;
  }
  void clear() { size_ = 0; }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

 private:
  void grow(std::size_t more);
  // Short ones as two words that may overlap.
  static void copy(char* to, const char* from, std::size_t size) {
    constexpr std::size_t word = sizeof(std::uint64_t);
    if (size < word || size > 2 * word) {
      if (size > 0) std::memcpy(to, from, size);
      return;
    }
    std::memcpy(to, from, word);
    std::memcpy(to + size - word, from + size - word, word);
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

/// Storage of one reply: its elements in depth-first order and their bytes, two allocations however large it
/// is. clear() keeps the memory for the next one.
struct ReplyArena {
  struct Element {
    std::int64_t integer;     // an integer's value, or a string's offset in bytes
    std::uint32_t size;       // bytes of a string, elements of an array
    std::uint32_t skip : 29;  // elements of this subtree, itself included
    ReplyType type : 3;

    Element(ReplyType kind, std::size_t length, std::int64_t value)
        : integer(value), size(static_cast<std::uint32_t>(length)), skip(1), type(kind) {}
  };
  std::vector<Element> elements;
  ReplyBytes bytes;
  void clear() {
    elements.clear();
    bytes.clear();
  }
};

/// A view of one element; valid while its arena is unchanged. Accessors throw ProtocolError if the type is
/// another, and ReplyError if it is an error reply.
class Reply {
 public:
  Reply() = default;
  Reply(const ReplyArena* arena, std::uint32_t index) : arena_(arena), index_(index) {}

  ReplyType type() const { return element().type; }
  bool is_nil() const { return type() == ReplyType::nil; }
  bool is_error() const { return type() == ReplyType::error; }
  std::string_view text() const {  ///< string or status
    auto const& own = element();
    if (own.type != ReplyType::string && own.type != ReplyType::status) throw_not("a string");
    return {arena_->bytes.data() + own.integer, own.size};
  }
  std::string_view error_text() const;  ///< of an error reply
  std::int64_t integer() const;
  std::size_t size() const {  ///< of an array; 0 for nil
    auto const& own = element();
    if (own.type == ReplyType::array) return own.size;
    if (own.type != ReplyType::nil) throw_not("an array");
    return 0;
  }
  /// Throws ReplyError if this is an error reply.
  Reply checked() const {
    if (is_error()) throw_not("anything else");
    return *this;
  }

  /// Iterates an array's direct children in O(1) a step.
  class Iterator {
   public:
    Iterator(const ReplyArena* arena, std::uint32_t index) : arena_(arena), index_(index) {}
    Reply operator*() const { return Reply(arena_, index_); }
    Iterator& operator++() {
      index_ += arena_->elements[index_].skip;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const ReplyArena* arena_;
    std::uint32_t index_;
  };
  Iterator begin() const {
    size();
    return Iterator(arena_, index_ + 1);
  }
  Iterator end() const {
    size();
    return Iterator(arena_, index_ + element().skip);
  }
  /// The n-th child, O(n).
  Reply operator[](std::size_t n) const;

 private:
  /// Why this is not `wanted`: ReplyError if it is an error reply, else ProtocolError.
  [[noreturn]] void throw_not(std::string_view wanted) const;
  const ReplyArena::Element& element() const { return arena_->elements[index_]; }
  const ReplyArena* arena_ = nullptr;
  std::uint32_t index_ = 0;
};

/// Calls take(name, value) for each field of a flat map, as HGETALL and XINFO answer. Throws ProtocolError if
/// the last name has no value.
template <class Take>
void each_field(const Reply& map, Take take) {
  auto const end = map.end();
  for (auto field = map.begin(); field != end; ++field) {
    auto const name = (*field).text();
    ++field;
    if (!(field != end)) throw ProtocolError("redis sent a map with an odd number of elements");
    take(name, *field);
  }
}

/// Cuts a byte stream into replies. Push-style, no socket: feed() what arrived, next() until false. Limits
/// nesting and the size of one reply (128 MiB). Not thread-safe.
class ReplyReader {
 public:
  ReplyReader();
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;

  void feed(std::string_view bytes);
  /// Decodes the next complete reply into `arena` (cleared first); false if more bytes are needed. Throws
  /// ProtocolError.
  bool next(ReplyArena& arena);
  /// True if nothing is left of what was fed.
  bool empty() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Appends one command in RESP to `out`.
void append_command(std::string& out, std::span<const std::string_view> words);

}  // namespace fleet::redis
