// The counts of hops as the fields of a Redis hash, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/redis/reply.hpp"
#include "exporters/a2a/hop_counts.hpp"

namespace fleet::exporters::a2a {

/// Fields and values of the checkpoint hash, texts of decimal numbers:
///
///   position           version=1 sequence= writer= last= counted_before= delivered= base= lost=
///   newest_done_us= ... skipped errors states resets    name=count ... bounds             the histogram bounds
///   in microseconds pair:SRC|DST       ok error timeout started_base sum_us bucket ... seen source_us
///   target_us target:DST         queue_sum_us bucket ... processing_sum_us bucket ...
///
/// Names that a later version adds are ignored, those that it leaves out are 0. A histogram that was stored
/// with other bounds starts anew.
class CheckpointFields {
 public:
  /// What changed, and always the position and the small counters.
  CheckpointFields(const HopCounts& counts, const Changes& changes);
  /// Alternating fields and values; valid while this object lives.
  void append_to(std::vector<std::string_view>& words) const;
  /// The value of `position`; it differs from one transaction to the next and from one writer to another.
  std::string_view position() const;

 private:
  void begin_word() { starts_.push_back(buffer_.size()); }
  std::string_view word(std::size_t n) const;
  void number(std::uint64_t value);
  void add_position(const Position& position);
  void add_pair(const PairCounts& pair);
  void add_target(const TargetCounts& target);
  void add_duration(const DurationCounts& duration);

  std::string buffer_;
  std::vector<std::size_t> starts_;
};

/// Reads the reply to HGETALL. nullopt if the hash is empty; throws std::runtime_error if it holds no position
/// that this version understands. Single fields that are damaged are left out.
std::optional<HopCounts> decode_checkpoint(redis::Reply all);

}  // namespace fleet::exporters::a2a
