#include "exporters/redis/group_lag.hpp"

#include <algorithm>
#include <limits>

namespace fleet::exporters::redis_health {

std::optional<std::uint64_t> known_lag(const StreamExtent& stream, const GroupPosition& group) {
  if (stream.length == 0 || group.last_delivered >= stream.last) return 0;
  if (group.last_delivered < stream.first) return stream.length;
  return std::nullopt;
}

std::uint64_t counted_lag(std::uint64_t counted, std::uint64_t limit, const StreamExtent& stream,
                          const GroupPosition& group) {
  if (counted < limit) return counted;
  std::uint64_t estimate = limit;
  if (stream.entries_added && group.entries_read && *stream.entries_added > *group.entries_read)
    estimate = *stream.entries_added - *group.entries_read;
  return std::max(limit, std::min(estimate, stream.length));
}

fleet::redis::StreamId next_id(fleet::redis::StreamId id) {
  if (id.sequence == std::numeric_limits<std::uint64_t>::max()) return {id.milliseconds + 1, 0};
  return {id.milliseconds, id.sequence + 1};
}

}  // namespace fleet::exporters::redis_health
