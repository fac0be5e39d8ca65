#include "core/redis/reply.hpp"

#include <hiredis/read.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace fleet::redis {
namespace {

// Far above what is ever asked for, far below what a server that is none could make us hold.
constexpr std::size_t kMaxReplyBytes = std::size_t{128} << 20;
// hiredis frees its buffer between feeds once it exceeds this; its own 16 KiB would free it after nearly every
// one.
constexpr std::size_t kKeptBuffer = std::size_t{1} << 20;

ReplyArena& arena_of(const redisReadTask* task) { return *static_cast<ReplyArena*>(task->privdata); }

// What fits a skip; kMaxReplyBytes is used up by far fewer elements.
constexpr std::uint32_t largest_skip = (std::uint32_t{1} << 29) - 1;

// hiredis wants a non-null object for each element; the arena is the only storage, so the index serves as one.
void* append(ReplyArena& arena, ReplyType type, std::size_t size, std::int64_t integer) {
  arena.elements.emplace_back(type, size, integer);
  return reinterpret_cast<void*>(arena.elements.size());
}

void* create_string(const redisReadTask* task, char* text, std::size_t size) {
  auto& arena = arena_of(task);
  auto const offset = static_cast<std::int64_t>(arena.bytes.size());
  // A bulk string is the only kind whose length was announced; the others end at the line.
  auto const type = task->type == REDIS_REPLY_ERROR    ? ReplyType::error
                    : task->type == REDIS_REPLY_STATUS ? ReplyType::status
                                                       : ReplyType::string;
  arena.bytes.append(text, size);
  return append(arena, type, size, offset);
}

void* create_array(const redisReadTask* task, int elements) {
  return append(arena_of(task), ReplyType::array, static_cast<std::size_t>(elements), 0);
}

void* create_integer(const redisReadTask* task, long long value) {
  return append(arena_of(task), ReplyType::integer, 0, value);
}

void* create_nil(const redisReadTask* task) { return append(arena_of(task), ReplyType::nil, 0, 0); }

void free_object(void*) {}

redisReplyObjectFunctions& object_functions() {
  static redisReplyObjectFunctions functions{create_string, create_array, create_integer, create_nil,
                                             free_object};
  return functions;
}

// Children follow their array, so from the back every child's own size is known before its array needs it.
void measure_subtrees(std::vector<ReplyArena::Element>& elements) {
  for (std::size_t i = elements.size(); i-- > 0;) {
    if (elements[i].type != ReplyType::array) continue;
    std::size_t child = i + 1;
    for (std::uint32_t n = 0; n < elements[i].size; ++n) child += elements[child].skip;
    elements[i].skip = static_cast<std::uint32_t>(child - i) & largest_skip;
  }
}

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
  char digits[24];
  auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out += prefix;
  out.append(digits, end);
  out += "\r\n";
}

}  // namespace

void ReplyBytes::grow(std::size_t more) {
  constexpr std::size_t least = 64;
  auto const wanted = std::max({least, 2 * capacity_, size_ + more});
  auto larger = std::make_unique_for_overwrite<char[]>(wanted);
  if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
  bytes_ = std::move(larger);
  capacity_ = wanted;
}

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
  return {arena_->bytes.data() + own.integer, own.size};
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

struct ReplyReader::Impl {
  // hiredis resumes a cut reply where it stopped, so what it built stays here until it is whole: in the memory
  // of the arena that the reply began with, which thus keeps what it has grown to.
  ReplyArena partial;
  bool resumes = false;
  std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader{
      redisReaderCreateWithFunctions(&object_functions()), redisReaderFree};
};

ReplyReader::ReplyReader() : impl_(std::make_unique<Impl>()) {
  if (!impl_->reader) throw std::bad_alloc();
  impl_->reader->privdata = &impl_->partial;
  impl_->reader->maxbuf = kKeptBuffer;
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  auto& reader = *impl_->reader;
  if (redisReaderFeed(&reader, bytes.data(), bytes.size()) != REDIS_OK) throw ProtocolError(reader.errstr);
}

bool ReplyReader::empty() const { return impl_->reader->pos == impl_->reader->len; }

bool ReplyReader::next(ReplyArena& arena) {
  auto& reader = *impl_->reader;
  auto& partial = impl_->partial;
  if (!std::exchange(impl_->resumes, true)) {
    std::swap(arena, partial);
    partial.clear();
  }
  void* root = nullptr;
  if (redisReaderGetReply(&reader, &root) != REDIS_OK) throw ProtocolError(reader.errstr);
  if (root == nullptr) {
    auto const storage = partial.bytes.size() + partial.elements.size() * sizeof(ReplyArena::Element);
    if (reader.len - reader.pos + storage > kMaxReplyBytes)
      throw ProtocolError("a redis reply exceeds 128 MiB");
    return false;
  }
  impl_->resumes = false;
  measure_subtrees(partial.elements);
  std::swap(arena, partial);
  return true;
}

void append_command(std::string& out, std::span<const std::string_view> words) {
  append_number(out, '*', words.size());
  for (auto const word : words) {
    append_number(out, '$', word.size());
    out += word;
    out += "\r\n";
  }
}

}  // namespace fleet::redis
