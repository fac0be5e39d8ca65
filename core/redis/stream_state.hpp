// What Redis says of a stream and of a consumer group.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/redis/reply.hpp"

namespace fleet::redis {

/// A stream id, "1700000000000-7". Ordered as Redis orders it.
struct StreamId {
  std::uint64_t milliseconds = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const StreamId&) const = default;

  std::string text() const;
  /// nullopt if malformed; "5" is 5-0.
  static std::optional<StreamId> parse(std::string_view text);
};

struct StreamState {
  bool exists = false;
  std::uint64_t length = 0;
  StreamId first;                              ///< of the oldest entry; 0-0 if it is empty
  StreamId last_generated;                     ///< greatest id ever given out
  std::optional<std::uint64_t> entries_added;  ///< ever; absent before Redis 7
  std::optional<StreamId> group_delivered;     ///< greatest id given to the group; nullopt: no such group
};

/// Reads the replies to XINFO STREAM and XINFO GROUPS; "no such key" is a stream that does not exist. Throws
/// ReplyError for other error replies and ProtocolError for what is no such reply.
StreamState read_stream_state(Reply info_stream, Reply info_groups, std::string_view group);
/// Without the group.
StreamState read_stream_state(Reply info_stream);

}  // namespace fleet::redis
