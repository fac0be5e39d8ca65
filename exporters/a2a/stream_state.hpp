// What Redis says of a stream and of our group.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/redis/reply.hpp"
#include "exporters/a2a/hop.hpp"

namespace fleet::a2a {

struct StreamState {
  bool exists = false;
  std::uint64_t length = 0;
  StreamId first;                              ///< of the oldest entry; 0-0 if it is empty
  StreamId last_generated;                     ///< greatest id ever given out
  std::optional<std::uint64_t> entries_added;  ///< ever; absent before Redis 7
  std::optional<StreamId> group_delivered;     ///< greatest id given to our group; nullopt: no such group
};

/// Reads the replies to XINFO STREAM and XINFO GROUPS; "no such key" is a stream that does not exist. Throws
/// ReplyError for other error replies and ProtocolError for what is no such reply.
StreamState read_stream_state(redis::Reply info_stream, redis::Reply info_groups, std::string_view group);
/// Without the group.
StreamState read_stream_state(redis::Reply info_stream);

}  // namespace fleet::a2a
