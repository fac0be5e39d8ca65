// How far a consumer group is behind its stream.
#pragma once

#include <cstdint>
#include <optional>

#include "core/redis/stream_state.hpp"

namespace fleet::exporters::redis_health {

/// What XINFO STREAM tells of the entries that are there.
struct StreamExtent {
  std::uint64_t length = 0;
  fleet::redis::StreamId first, last;          ///< of the entries that are there; 0-0 if there are none
  std::optional<std::uint64_t> entries_added;  ///< ever; absent before Redis 7
};

/// What XINFO GROUPS tells of a group.
struct GroupPosition {
  fleet::redis::StreamId last_delivered;
  std::optional<std::uint64_t> entries_read;  ///< Redis' own count, which deletions and trimming falsify
};

/// The lag: entries in the stream that the group was not given yet. Redis 7's own `lag` counts entries that
/// were deleted or trimmed before anybody read them, for ever after. What is known without counting: 0 for a
/// group at the last entry, the stream's length for one before the first. nullopt: count the entries after
/// last_delivered.
std::optional<std::uint64_t> known_lag(const StreamExtent& stream, const GroupPosition& group);

/// The lag, where `counted` entries were found after last_delivered and no more than `limit` were asked for.
/// Exact if fewer were found. Else what Redis' two counters say, not less than `limit` and not more than can
/// be.
std::uint64_t counted_lag(std::uint64_t counted, std::uint64_t limit, const StreamExtent& stream,
                          const GroupPosition& group);

/// A lag that was counted, with what the server said then.
struct CountedLag {
  StreamExtent stream;
  fleet::redis::StreamId last_delivered;
  std::uint64_t lag = 0;
};

/// The lag now, without counting again: while the group is given nothing and nothing is removed from the
/// stream, it grows by what is added. nullopt if either happened, or the server does not say how many entries
/// were added.
std::optional<std::uint64_t> grown_lag(const CountedLag& then, const StreamExtent& stream,
                                       const GroupPosition& group);

/// The least id after `id`.
fleet::redis::StreamId next_id(fleet::redis::StreamId id);

}  // namespace fleet::exporters::redis_health
