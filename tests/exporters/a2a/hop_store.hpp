// What a hop ledger stores its state in, without a Redis, and the hops that it takes in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/redis/stream_state.hpp"
#include "exporters/a2a/hop_ledger.hpp"

namespace fleet::testing {

inline constexpr std::int64_t now = 1'700'000'000'000'000;

exporters::a2a::HopLedger ledger(const std::string& writer = "w1");

/// The hops h1, h2, ... from `first` to `last`, whose ids are 1-0, 2-0, ...
void take(exporters::a2a::HopLedger& to, int first, int last,
          exporters::a2a::HopLedger::Reading reading = exporters::a2a::HopLedger::Reading::fresh);

/// Hops of the first pair that ended well.
std::uint64_t ok(const exporters::a2a::HopLedger& of);
std::uint64_t resets(const exporters::a2a::HopLedger& of, exporters::a2a::ResetReason reason);
std::uint64_t skipped(const exporters::a2a::HopLedger& of, exporters::a2a::SkipReason reason);

/// A Redis that remembers what transactions store, and forgets it on demand.
struct HopStore {
  using HopLedger = exporters::a2a::HopLedger;
  std::map<std::string, std::string> hash;
  std::string recent;
  redis::StreamState stream{.exists = true,
                            .length = 0,
                            .first = {},
                            .last_generated = {},
                            .entries_added = 0,
                            .group_delivered = redis::StreamId{}};

  void keep(const HopLedger::Transaction& transaction);
  std::optional<exporters::a2a::HopCounts> stored() const;
  void adopt(HopLedger& ledger) const { ledger.adopt(stored(), false, recent, stream, now); }
  void commit(HopLedger& ledger);
  void start(HopLedger& ledger);
  /// A ledger that has taken over what is here.
  HopLedger started(const std::string& writer = "w1");
  /// take(), and what became of it is stored.
  void count(HopLedger& ledger, int first, int last, HopLedger::Reading reading = HopLedger::Reading::fresh);
  /// The group was given all ids up to this one.
  void given(std::uint64_t id);
  void added(std::uint64_t id);
};

}  // namespace fleet::testing
