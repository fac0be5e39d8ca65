#include "core/redis/reply.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

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

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t longest_number = sizeof "$18446744073709551615\r\n" - 1;

char* write_text(char* at, std::string_view text) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* write_number(char* at, char prefix, std::size_t number) {
  *at++ = prefix;
  at = std::to_chars(at, at + longest_number, number).ptr;
  return write_text(at, line_end);
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
  // Written into room for the longest it can be: a command may acknowledge a thousand records.
  auto const before = out.size();
  auto most = before + longest_number;
  for (auto const word : words) most += longest_number + word.size() + line_end.size();
  if (most > out.capacity()) out.reserve(std::max(most, 2 * out.capacity()));
  out.resize(most);

  auto* at = write_number(out.data() + before, '*', words.size());
  for (auto const word : words) {
    at = write_number(at, '$', word.size());
    at = write_text(write_text(at, word), line_end);
  }
  out.resize(static_cast<std::size_t>(at - out.data()));
}

}  // namespace fleet::redis
