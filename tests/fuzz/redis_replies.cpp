// RESP as Redis sends it, cut anywhere, and the records that are read from its replies.
#include <vector>

#include "core/redis/reply.hpp"
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
  try_to([&] { exporters::a2a::parse_hop(reply); });
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

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const bytes = fuzz::text_of(data, size);
  Reading whole, cut;
  whole.take(bytes);
  fuzz::in_pieces(bytes, [&](std::string_view piece) { cut.take(piece); });
  fuzz::require(whole.seen() == cut.seen(), "a stream says the same however it is cut");
  return 0;
}
