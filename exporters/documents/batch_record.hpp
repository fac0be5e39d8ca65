// One record of the stream documents:batches, and one entry of the queue.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "core/redis/reply.hpp"

namespace fleet::exporters::documents {

enum class BatchEvent : std::uint8_t { started, finished, stage };

/// A view into the reply it was parsed from. Times are microseconds of the queue's Redis clock (TIME).
struct BatchRecord {
  BatchEvent event = BatchEvent::started;
  std::string_view batch_id;
  std::string_view pipeline;
  std::int64_t size = 0;       ///< 0 for a stage
  std::int64_t succeeded = 0;  ///< finished; of a stage, if it tells
  std::int64_t failed = 0;     ///< the same
  std::int64_t at_us = 0;
  std::string_view stage{};   ///< stage only: its name
  std::int64_t began_us = 0;  ///< stage only; it ended at at_us
};

/// Why a record was not counted; the words are values of the label `reason`.
enum class Skip : std::uint8_t {
  malformed,  ///< a field missing or not of its type
  negative,   ///< a number below zero, or a batch that finished before it started
  duplicate,  ///< a batch started or finished twice, or one of its stages told twice
  trimmed,    ///< the stream lost the record before it was read
  unpaired,   ///< its start was never seen: a finish is counted without a duration, a stage is not counted
};
constexpr std::size_t skip_kinds = 5;
std::string_view to_string(Skip reason);

/// Reads the field list of a stream entry; a nil list is a trimmed one. Fields that are not the contract's are
/// ignored.
std::variant<BatchRecord, Skip> parse_batch(const redis::Reply& fields);

/// What a queue entry (a JSON object) tells.
struct QueueEntry {
  std::int64_t enqueued_at_us = 0;
  std::int64_t attempt = 1;  ///< `attempt`, if it has one: which try this is
};
/// nullopt if it is no object with `enqueued_at_us`, or its `attempt` is not a number above 0.
std::optional<QueueEntry> parse_queue_entry(std::string_view entry);

}  // namespace fleet::exporters::documents
