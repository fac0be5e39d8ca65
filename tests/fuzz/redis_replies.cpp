// RESP as Redis sends it, cut anywhere and as hiredis understands it, and the records that are read from its
// replies.
#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <vector>

#include "core/redis/reply_reader.hpp"
#include "core/redis/stream_state.hpp"
#include "exporters/a2a/hop.hpp"
#include "exporters/documents/batch_record.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;

namespace {

/// The records' readers may refuse a reply, with these.
template <class Read>
void try_to(Read read) {
  try {
    read();
  } catch (const redis::ProtocolError&) {
  } catch (const redis::ReplyError&) {
  }
}

std::size_t visit(const redis::Reply& reply) {
  std::size_t bytes = 0;
  switch (reply.type()) {
    case redis::ReplyType::array:
      for (auto const child : reply) bytes += visit(child);
      break;
    case redis::ReplyType::string:
    case redis::ReplyType::status:
      for (char const c : reply.text()) bytes += c != '\0';
      try_to([&] { exporters::documents::parse_queue_entry(reply.text()); });
      break;
    case redis::ReplyType::error:
      for (char const c : reply.error_text()) bytes += c != '\0';
      break;
    default:
      break;
  }
  exporters::a2a::Hop hop;
  try_to([&] { exporters::a2a::parse_hop(reply, hop); });
  try_to([&] { exporters::documents::parse_batch(reply); });
  try_to([&] { redis::read_stream_state(reply); });
  return bytes;
}

/// How many replies came, and how many bytes in them that are not zero.
struct Seen {
  std::size_t replies = 0, bytes = 0;
  bool refused = false;
  bool operator==(const Seen&) const = default;
};

class Reading {
 public:
  void take(std::string_view piece) {
    if (seen_.refused) return;
    try {
      reader_.feed(piece);
      while (reader_.next(arena_)) {
        ++seen_.replies;
        seen_.bytes += visit(redis::Reply(&arena_, 0));
      }
    } catch (const redis::ProtocolError&) {
      seen_.refused = true;
    }
  }
  const Seen& seen() const { return seen_; }

 private:
  redis::ReplyReader reader_;
  redis::ReplyArena arena_;
  Seen seen_;
};

using HiredisReply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

bool same(const redis::Reply& ours, const redisReply& theirs) {
  std::string_view const text(theirs.str ? theirs.str : "", theirs.str ? theirs.len : 0);
  switch (ours.type()) {
    case redis::ReplyType::nil:
      return theirs.type == REDIS_REPLY_NIL;
    case redis::ReplyType::status:
      return theirs.type == REDIS_REPLY_STATUS && ours.text() == text;
    case redis::ReplyType::error:
      return theirs.type == REDIS_REPLY_ERROR && ours.error_text() == text;
    case redis::ReplyType::integer:
      return theirs.type == REDIS_REPLY_INTEGER && ours.integer() == theirs.integer;
    case redis::ReplyType::string:
      return theirs.type == REDIS_REPLY_STRING && ours.text() == text;
    case redis::ReplyType::array:
      break;
  }
  if (theirs.type != REDIS_REPLY_ARRAY || ours.size() != theirs.elements) return false;
  std::size_t n = 0;
  for (auto const child : ours) {
    if (!same(child, *theirs.element[n++])) return false;
  }
  return n == theirs.elements;
}

/// hiredis' way to make objects, but that it has memory for every element that an array announces, which here
/// may be a billion.
struct Objects : redisReplyObjectFunctions {
  static Objects& of(redisReader& reader) {
    static Objects objects(*reader.fn);
    reader.fn = &objects;
    objects.too_wide = false;
    return objects;
  }
  bool too_wide = false;

 private:
  explicit Objects(const redisReplyObjectFunctions& usual)
      : redisReplyObjectFunctions(usual), make_(createArray) {
    createArray = [](const redisReadTask* task, int elements) -> void* {
      auto& own = *static_cast<Objects*>(task->privdata);
      own.too_wide = elements > 100'000;
      return own.too_wide ? nullptr : own.make_(task, elements);
    };
  }
  void* (*make_)(const redisReadTask*, int);
};

/// hiredis does not look at the two bytes that end a string, and takes longer arrays; else nothing is refused
/// that it takes, and nothing taken that it refuses.
void compare_with_hiredis(std::string_view bytes) {
  redis::ReplyReader ours;
  redis::ReplyArena arena;
  std::unique_ptr<redisReader, decltype(&redisReaderFree)> const theirs(redisReaderCreate(), redisReaderFree);
  auto& objects = Objects::of(*theirs);
  theirs->privdata = &objects;
  fuzz::require(redisReaderFeed(theirs.get(), bytes.data(), bytes.size()) == REDIS_OK, "hiredis has memory");
  ours.feed(bytes);
  for (;;) {
    std::string refused;
    bool complete = false;
    try {
      complete = ours.next(arena);
    } catch (const redis::ProtocolError& error) {
      refused = error.what();
    }
    void* root = nullptr;
    bool const taken = redisReaderGetReply(theirs.get(), &root) == REDIS_OK;
    HiredisReply const reply(static_cast<redisReply*>(root), freeReplyObject);
    if (objects.too_wide) return;
    if (!refused.empty()) {
      bool const known = refused.ends_with("longer than announced");
      fuzz::require(!reply || known, "what is refused is no reply for hiredis either");
      return;
    }
    fuzz::require(taken && complete == (reply != nullptr), "hiredis sees a reply where we do");
    if (!complete) return;
    fuzz::require(same(redis::Reply(&arena, 0), *reply), "a reply says what hiredis reads in it");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const bytes = fuzz::text_of(data, size);
  Reading whole, cut;
  whole.take(bytes);
  fuzz::in_pieces(bytes, [&](std::string_view piece) { cut.take(piece); });
  fuzz::require(whole.seen() == cut.seen(), "a stream says the same however it is cut");
  compare_with_hiredis(bytes);
  return 0;
}
