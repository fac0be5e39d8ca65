// The state of the hop feed: what is counted, what is stored, and what of it a scrape may see. No sockets.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/redis/reply.hpp"
#include "core/redis/stream_state.hpp"
#include "exporters/a2a/checkpoint.hpp"
#include "exporters/a2a/hop_counts.hpp"
#include "exporters/a2a/pair_latencies.hpp"
#include "exporters/a2a/recent_hops.hpp"

namespace fleet::exporters::a2a {

/// Counts hops so that a kill at any moment neither loses nor doubles one.
///
/// The state moves in transactions: take() records into the working state, transaction() names what Redis must
/// store together with the acknowledgement, then settle() once Redis has said that it did, or undo() once it is
/// known that it did not. Scrapes see the settled state alone, so a count that a page has shown is stored. If
/// nobody knows, adopt() finds out from what Redis holds now.
///
/// A record is counted unless its id is at or below `counted_before`; a record that is pending in the group was
/// not counted, because counting and acknowledging are one transaction. Not thread-safe.
class HopLedger {
 public:
  struct Settings {
    std::string writer;  ///< names this process in the checkpoint; unique
    std::size_t recent_hops = 100'000;
    std::size_t max_pairs = 500;
    std::chrono::microseconds window = std::chrono::seconds(60);
  };
  explicit HopLedger(Settings settings);

  /// Takes over what Redis holds: the checkpoint (`stored`, nullopt if there is none), the remembered hops, the
  /// stream. Settles or undoes a transaction whose outcome was unknown; keeps the counts in memory where Redis
  /// has lost them. Everything is to be written again by the next transaction. `unreadable`: the checkpoint was
  /// there and could not be decoded.
  void adopt(std::optional<HopCounts> stored, bool unreadable, std::string_view recent,
             const redis::StreamState& stream, std::int64_t now_us);
  /// For a reader that only looks: starts from what is stored. It settles what it takes in without storing it.
  void prepare(std::optional<HopCounts> stored, std::string_view recent);
  /// Whether counts are known; before that a page must not show them (0 would be a step back).
  bool loaded() const { return loaded_; }

  enum class Reading { fresh, pending };
  /// Takes in the entries of one XREADGROUP answer. Their ids, as views into the reply, are then in
  /// acknowledge().
  void take(redis::Reply entries, Reading reading);
  const std::vector<std::string_view>& acknowledge() const { return acknowledge_; }
  /// Greatest id taken in, settled or not.
  redis::StreamId last_taken() const { return working_.position.last; }
  /// Whether there is something to store.
  bool pending_changes() const { return !acknowledge_.empty() || wants_storing_; }

  struct Transaction {
    CheckpointFields fields;
    bool rewrite_recent;  ///< delete the string of remembered hops before writing the parts
    std::vector<RecentHops::Part> recent;
  };
  Transaction transaction();
  void settle(std::int64_t now_us);
  void undo();
  /// Somebody else stored something since.
  void note_conflict() { ++conflicts_seen_; }

  /// What XINFO STREAM says at a moment when nothing is in flight: lag, and records lost to trimming.
  void note_stream(const redis::StreamState& stream);
  /// Fills the latency windows from records that were counted before: entries of XREVRANGE. Returns the id of
  /// the last, the oldest one; nullopt if there are none.
  std::optional<redis::StreamId> recall(redis::Reply entries, std::int64_t now_us);

  /// The settled state.
  const HopCounts& counts() const { return settled_; }
  /// Of the settled state; windows may be set and forgotten at any time.
  PairLatencies& latencies() { return latencies_; }
  /// Records not yet read; nullopt while unknown.
  std::optional<std::uint64_t> lag() const { return lag_; }
  /// Hops of this pair begun and not finished, given what the hash of started hops says. If that starts anew
  /// (it was deleted), what was finished by then is taken as begun.
  std::uint64_t unfinished(std::uint32_t pair, std::uint64_t started);

 private:
  struct Sample {
    std::int64_t done_us;
    std::int64_t latency_us;
  };
  /// A stream entry, judged.
  struct Entry {
    std::string_view id_text;
    redis::StreamId id;
    Hop hop;
    std::optional<SkipReason> skipped;
    std::uint64_t identity = 0;  // of a hop that is not skipped
  };
  void take(const Entry& entry, Reading reading);
  void count(const Hop& hop);
  void clear_samples();
  /// The place of the hop's target, whose pair is `pair`.
  std::uint32_t target_of(std::uint32_t pair, std::string_view name);
  void find_counts(std::optional<HopCounts> stored, std::string_view recent, std::int64_t now_us);
  void take_over(HopCounts stored, std::string_view recent);
  void find_place(const redis::StreamState& stream, bool tail_lost);
  void reset(ResetReason reason) { ++working_.resets[static_cast<std::size_t>(reason)]; }

  Settings settings_;
  HopCounts working_, settled_;
  Changes changes_;
  RecentHops recent_;
  std::uint64_t recent_stored_ = 0;  // recent_.total() as Redis has it
  bool recent_whole_ = true;
  std::vector<std::uint32_t> target_of_pair_;  // HopCounts::none: not looked up yet
  bool loaded_ = false;
  bool in_flight_ = false;
  bool wants_storing_ = false;
  bool tail_lost_ = false;
  std::uint64_t conflicts_seen_ = 0;

  std::vector<std::string_view> acknowledge_;
  std::vector<std::vector<Sample>> samples_;  // of each pair, so that its window is fetched once
  std::size_t inserted_ = 0;

  PairLatencies latencies_;
  std::vector<std::uint64_t> started_seen_;
  std::optional<std::uint64_t> lag_;
};

}  // namespace fleet::exporters::a2a
