// What the entries of the queue say of its health.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/metrics/families.hpp"
#include "core/redis/reply.hpp"

namespace fleet::exporters::documents {

struct QueueRules {
  std::int64_t stuck_after_us = 300'000'000;  ///< an entry that waits for longer is stuck
  std::int64_t poison_attempts = 5;           ///< an entry that was tried more often is poison
  std::size_t scan = 500;                     ///< entries looked at, at each end
};

/// Counted over the entries at both ends of the list, since a queue is filled at one and emptied at the other,
/// whichever that is: what waits for longest is at one of them. Aggregates only; no entry's content is kept.
class QueueEntries {
 public:
  /// `head` and `tail` are LRANGE 0 scan-1 and LRANGE -scan -1 of a list of `depth`; where they overlap an
  /// entry counts once.
  QueueEntries(redis::Reply head, redis::Reply tail, std::size_t depth, const QueueRules& rules,
               std::int64_t now_us);

  /// How long the oldest of them has waited; 0 if there are none, nullopt if none tells.
  std::optional<double> oldest_age_seconds() const;
  void add_families(Families& out) const;

 private:
  void look_at(std::string_view entry, const QueueRules& rules, std::int64_t now_us);

  std::size_t scanned_ = 0, unparsable_ = 0, retried_ = 0, stuck_ = 0;
  std::optional<std::int64_t> oldest_us_;  // its age
};

/// How fast documents leave the queue: what came in, by the batches that started, less what the queue grew by.
/// Over the last two minutes. Plain arithmetic on what scrapes saw.
class QueuePace {
 public:
  /// Documents in the queue, and those of all batches ever started, at one moment of the queue's clock.
  void note(std::int64_t now_us, std::int64_t depth, std::uint64_t started);
  void forget() { samples_.clear(); }
  /// Documents a second; nullopt until 10 s have been seen, or if more is in the queue than batches brought.
  std::optional<double> taken_per_second() const;

 private:
  struct Sample {
    std::int64_t at_us, depth;
    std::uint64_t started;
  };
  std::deque<Sample> samples_;
};

/// document_queue_taken_per_second and document_queue_drain_seconds: +Inf for a queue that stands still.
void add_pace(std::optional<double> taken_per_second, std::int64_t depth, Families& out);

}  // namespace fleet::exporters::documents
