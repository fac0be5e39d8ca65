// One record of the stream documents:batches, and one entry of the queue.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "core/redis/reply.hpp"

namespace fleet::exporters::documents {

enum class BatchEvent : std::uint8_t { started, finished };

/// A view into the reply it was parsed from. Times are microseconds of the queue's Redis clock (TIME).
struct BatchRecord {
  BatchEvent event = BatchEvent::started;
  std::string_view batch_id;
  std::string_view pipeline;
  std::int64_t size = 0;
  std::int64_t succeeded = 0;  ///< finished only
  std::int64_t failed = 0;     ///< finished only
  std::int64_t at_us = 0;
};

/// Why a record was not counted; the words are values of the label `reason`.
enum class Skip : std::uint8_t {
  malformed,  ///< a field missing or not of its type
  negative,   ///< a number below zero, or a batch that finished before it started
  duplicate,  ///< a batch started or finished twice
  trimmed,    ///< the stream lost the record before it was read
  unpaired,   ///< finished, but its start was never seen: counted, without a duration
};
constexpr std::size_t skip_kinds = 5;
std::string_view to_string(Skip reason);

/// Reads the field list of a stream entry; a nil list is a trimmed one. Fields that are not the contract's are
/// ignored.
std::variant<BatchRecord, Skip> parse_batch(const redis::Reply& fields);

/// `enqueued_at_us` of a queue entry (JSON); nullopt if it has none.
std::optional<std::int64_t> parse_enqueued_at(std::string_view entry);

}  // namespace fleet::exporters::documents
