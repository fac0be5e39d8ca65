// Everything that is counted of hops, and what of it changed since it was last stored.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/metrics/histogram.hpp"
#include "core/redis/stream_state.hpp"
#include "exporters/a2a/hop.hpp"

namespace fleet::exporters::a2a {

/// Why the feed's place in the stream had to be found anew; the `reason` label of a2a_feed_resets_total.
enum class ResetReason : std::uint8_t {
  checkpoint_lost,  ///< Redis no longer has the checkpoint, or has an older one; counts are kept and written
                    ///< again
  checkpoint_unreadable,  ///< the checkpoint is not one of ours; counting starts at 0
  group_lost,     ///< the consumer group was gone; what the stream still holds is read again, and not counted
                  ///< twice
  group_rewound,  ///< the group was set back behind what was counted
  stream_behind,  ///< the stream's last id is smaller than what was counted: another stream under the same name
  stream_deleted,  ///< the stream was gone
};
inline constexpr std::array<std::string_view, 6> reset_reason_names{"checkpoint_lost", "checkpoint_unreadable",
                                                                    "group_lost",      "group_rewound",
                                                                    "stream_behind",   "stream_deleted"};

using ResetCounts = std::array<std::uint64_t, reset_reason_names.size()>;

/// A duration histogram in integers, so that it is stored and restored without loss. Buckets as in
/// HistogramData.
struct DurationCounts {
  std::vector<std::uint64_t> counts;
  std::uint64_t sum_us = 0;

  DurationCounts();
  /// Returns the bucket.
  std::size_t observe(std::int64_t duration_us);
  HistogramData data() const;
};
/// latency_bounds() in microseconds.
const std::vector<std::int64_t>& latency_bounds_us();

struct PairCounts {
  std::string source, target;
  std::array<std::uint64_t, outcome_names.size()> by_outcome{};
  DurationCounts duration;
  /// Added to what the hash of started hops says; set when that hash starts anew, see HopLedger::unfinished().
  std::uint64_t started_base = 0;
  /// Greatest stamp at which each of the two did something; 0: never, or not known.
  std::int64_t source_seen_us = 0, target_seen_us = 0;

  std::uint64_t finished() const { return by_outcome[0] + by_outcome[1] + by_outcome[2]; }
};

struct TargetCounts {
  std::string target;
  DurationCounts queue, processing;
};

/// Where in the stream the counts stand, and whose they are.
struct Position {
  std::uint64_t sequence = 0;      ///< transactions so far; 0: never stored
  std::string writer;              ///< the process that stored it
  redis::StreamId last;            ///< greatest id taken in
  redis::StreamId counted_before;  ///< ids up to here were counted in an earlier life of the consumer group
  std::uint64_t delivered = 0;     ///< records taken in, skipped ones too; of all streams of that name
  /// entries-added of this stream = added_base + delivered + lost + what is still to be read; nullopt until
  /// known.
  std::optional<std::int64_t> added_base;
  std::uint64_t lost = 0;             ///< records trimmed before they were read
  std::int64_t newest_done_us = 0;    ///< greatest t_done_us of any hop
  std::uint64_t recent_total = 0;     ///< identities ever remembered, see RecentHops
  std::uint64_t recent_capacity = 0;  ///< of the ring that holds them
};

/// Counts of all hops. Plain data with an index; copy it to keep a state to go back to.
class HopCounts {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  /// The pair's place, made if new. With `max_pairs` in use a further pair is "other" to "other". Names must be
  /// valid agent names.
  std::uint32_t pair(std::string_view source, std::string_view target, std::size_t max_pairs);
  std::uint32_t target(std::string_view name, std::size_t max_targets);
  /// `none` if unknown. `key` is "source|target", as in the hash of started hops.
  std::uint32_t find_pair(std::string_view key) const;
  std::uint32_t find_pair(std::string_view source, std::string_view target) const;

  std::vector<PairCounts> pairs;
  std::vector<TargetCounts> targets;
  std::array<std::uint64_t, error_codes.size()> errors{};
  std::array<std::uint64_t, task_state_names.size()> states{};
  std::array<std::uint64_t, skip_reason_names.size()> skipped{};
  ResetCounts resets{};
  std::uint64_t conflicts = 0;
  Position position;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Index = std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>;
  Index pair_index_, target_index_;
};

/// Which counts differ from those that were last stored. Position always does.
class Changes {
 public:
  void pair(std::uint32_t index) { mark(pairs_, pair_marks_, index); }
  void target(std::uint32_t index) { mark(targets_, target_marks_, index); }
  void everything(const HopCounts& counts);
  void clear();
  const std::vector<std::uint32_t>& pairs() const { return pairs_; }
  const std::vector<std::uint32_t>& targets() const { return targets_; }
  bool all = false;  ///< everything(), since the last clear()

 private:
  static void mark(std::vector<std::uint32_t>& list, std::vector<bool>& marks, std::uint32_t index);
  std::vector<std::uint32_t> pairs_, targets_;
  std::vector<bool> pair_marks_, target_marks_;
};

}  // namespace fleet::exporters::a2a
