#include "core/redis/reply.hpp"

#include <algorithm>
#include <charconv>

namespace fleet::redis {
namespace {

std::string_view type_name(ReplyType type) {
  switch (type) {
    case ReplyType::nil:
      return "nil";
    case ReplyType::status:
      return "a status";
    case ReplyType::error:
      return "an error";
    case ReplyType::integer:
      return "an integer";
    case ReplyType::string:
      return "a string";
    case ReplyType::array:
      return "an array";
  }
  return "an unknown type";
}

[[noreturn]] void throw_unexpected(std::string_view wanted, ReplyType got) {
  throw ProtocolError("expected " + std::string(wanted) + " from redis, got " + std::string(type_name(got)));
}

void append_number(std::string& out, char prefix, std::size_t number) {
  char text[24];
  text[0] = prefix;
  auto* end = std::to_chars(text + 1, text + sizeof text - 2, number).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.append(text, end);
}

}  // namespace

std::string_view ReplyError::code() const {
  std::string_view const text = what();
  return text.substr(0, text.find(' '));
}

void Reply::throw_not(std::string_view wanted) const {
  if (is_error()) throw ReplyError(std::string(error_text()));
  throw_unexpected(wanted, type());
}

void Reply::throw_no_string(const ReplyArena::Element& own) const {
  Reply(arena_, static_cast<std::uint32_t>(&own - arena_->elements.data())).throw_not("a string");
}

std::string_view Reply::error_text() const {
  auto const& own = element();
  if (own.type != ReplyType::error) throw_unexpected("an error", own.type);
  return {arena_->text + own.integer, own.size};
}

std::int64_t Reply::integer() const {
  auto const& own = element();
  if (own.type != ReplyType::integer) throw_not("an integer");
  return own.integer;
}

Reply Reply::operator[](std::size_t n) const {
  if (n >= size())
    throw ProtocolError("expected a longer array from redis, got " + std::to_string(size()) + " elements");
  auto child = begin();
  while (n-- > 0) ++child;
  return *child;
}

void append_command(std::string& out, std::span<const std::string_view> words) {
  // A command may acknowledge a thousand records: grown word by word it would be copied a dozen times.
  constexpr std::size_t most_around_a_word = sizeof "$18446744073709551615\r\n\r\n" - 1;
  auto size = out.size() + most_around_a_word;
  for (auto const word : words) size += word.size() + most_around_a_word;
  if (size > out.capacity()) out.reserve(std::max(size, 2 * out.capacity()));

  append_number(out, '*', words.size());
  for (auto const word : words) {
    append_number(out, '$', word.size());
    out += word;
    out += "\r\n";
  }
}

}  // namespace fleet::redis
