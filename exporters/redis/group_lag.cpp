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

std::optional<std::uint64_t> grown_lag(const CountedLag& then, const StreamExtent& stream,
                                       const GroupPosition& group) {
  auto const before = then.stream.entries_added, now = stream.entries_added;
  if (!before || !now || *now < *before) return std::nullopt;
  auto const added = *now - *before;
  bool const nothing_given = group.last_delivered == then.last_delivered;
  bool const nothing_removed = stream.first == then.stream.first && stream.length == then.stream.length + added;
  if (!nothing_given || !nothing_removed) return std::nullopt;
  return then.lag + added;
}

fleet::redis::StreamId next_id(fleet::redis::StreamId id) {
  if (id.sequence == std::numeric_limits<std::uint64_t>::max()) return {id.milliseconds + 1, 0};
  return {id.milliseconds, id.sequence + 1};
}

}  // namespace fleet::exporters::redis_health
