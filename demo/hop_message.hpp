// A message between two agents as it lies in a Redis list, and the Redis scripts that stamp it. Pure text, no
// sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::demo {

/// What one hop is, and the A2A request that it carries.
struct HopMessage {
  std::string hop_id;  ///< the same for every attempt
  unsigned attempt = 1;
  std::string source, target;
  std::string operation;  ///< the A2A method: "SendMessage" or "message/send"
  std::string trace_id;   ///< 32 hex digits
  std::string request;    ///< JSON-RPC
};

/// A message taken from a queue: the sender's script put the time in front.
struct QueuedHop {
  std::int64_t enqueued_us = 0;  ///< Redis TIME, microseconds since 1970
  HopMessage message;
};

std::string encode(const HopMessage& message);
/// nullopt if it is not what enqueue_script() wrote.
std::optional<QueuedHop> decode(std::string_view entry);

/// KEYS: queue, hash of hops begun. ARGV: "source|target", encoded message. Stamps the message with TIME,
/// counts it as begun and appends it to the queue, atomically: the time of enqueueing is known only in here.
/// Returns the time in microseconds.
std::string_view enqueue_script();

/// KEYS: stream of finished hops. ARGV: field, value, ... Appends the record with `t_done_us` set to TIME.
std::string_view finish_script();
/// KEYS: queue. ARGV: microseconds. Takes up to 32 messages off the queue that have waited for longer; returns
/// them.
std::string_view expire_script();

/// The ARGV of finish_script. `dequeued_us` is empty if nobody took the message; `outcome` is ok, error or
/// timeout; `error` holds the A2A error code, 0 for none.
std::vector<std::string> record_fields(const QueuedHop& hop, std::optional<std::int64_t> dequeued_us,
                                       std::string_view outcome, int error);

/// The list that holds an agent's messages: "a2a:queue:<agent>".
std::string queue_name(std::string_view agent);
/// Redis' answer to TIME as microseconds.
std::int64_t to_microseconds(std::string_view seconds, std::string_view microseconds);

}  // namespace fleet::demo
