// Hops that were told by pairs of spans, counted.
#pragma once

#include <cstdint>
#include <vector>

#include "exporters/a2a/config.hpp"
#include "exporters/a2a/hop_counts.hpp"
#include "exporters/a2a/otlp/service_graph.hpp"
#include "exporters/a2a/otlp/span_pairs.hpp"
#include "exporters/a2a/pair_latencies.hpp"

namespace fleet::exporters::a2a {

/// Counts pairs into the same counts as hop records. A request takes as long as its client's span; what of it
/// is not the server's span is transport, free of clock skew because both are durations. A message takes as
/// long as its producer's and its consumer's span together, without its time in the queue - unless clocks are
/// in step: then from the producer's start to the consumer's end. It belongs to the latency window by the end
/// of the span that ended it, but never later than now. Kept in memory alone. Not thread-safe.
class SpanHops : public PairSink {
 public:
  explicit SpanHops(std::chrono::milliseconds window) : latencies_(window) {}

  /// How what comes next is counted, at this time of our clock.
  void set_rules(const OtlpSettings& settings);
  void set_now(std::int64_t now_us) { now_us_ = now_us; }

  void paired(const HopSpan& caller, const HopSpan& callee) override;
  void unpaired(const HopSpan& span) override;
  void dropped(const HopSpan& span) override;
  void add_families(const PageSettings& page, Families& out);

 private:
  struct Times {
    std::int64_t latency_us, queue_us, done_us;  // queue_us < 0: not known
  };
  Times times_of(const HopSpan& caller, const HopSpan& callee) const;
  void count(std::uint32_t index, const HopSpan& caller, const HopSpan& callee, const Times& times);

  std::size_t max_pairs_ = 500;
  bool clocks_in_step_ = false, count_hops_ = true;
  std::int64_t now_us_ = 0;
  HopCounts counts_;
  PairLatencies latencies_;
  std::vector<DurationCounts> transport_;  // by pair
  ServiceGraph graph_;
  std::uint64_t negative_ = 0, dropped_ = 0;
};

}  // namespace fleet::exporters::a2a
