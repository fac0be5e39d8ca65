// A Redis reply, decoded into flat storage.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/redis/growing_array.hpp"

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

/// Storage of one reply: its elements in depth-first order and the bytes it came in, two allocations however
/// large it is. The next reply that is decoded into it uses their memory again.
struct ReplyArena {
  struct Element {
    std::int64_t integer;     // an integer's value, or a string's offset from `text`
    std::uint32_t size;       // bytes of a string, elements of an array
    std::uint32_t skip : 29;  // elements of this subtree, itself included
    ReplyType type : 3;
  };
  GrowingArray<Element> elements;
  GrowingArray<char> bytes;
  const char* text = nullptr;  ///< where in `bytes` the reply begins
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
    return {arena_->text + own.integer, own.size};
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
  /// Calls take(name, value) with a string and a Reply for each pair of a flat list; false if the last name has
  /// no value.
  template <class Take>
  bool each_pair(Take take) const {
    auto const count = size();
    auto index = index_ + 1;
    for (std::size_t n = 1; n < count; n += 2) {
      Reply const name(arena_, index), value(arena_, index + name.element().skip);
      index = value.index_ + value.element().skip;
      take(name.text(), value);
    }
    return count % 2 == 0;
  }

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
  if (!map.each_pair(take)) throw ProtocolError("redis sent a map with an odd number of elements");
}

/// Appends one command in RESP to `out`.
void append_command(std::string& out, std::span<const std::string_view> words);

}  // namespace fleet::redis
