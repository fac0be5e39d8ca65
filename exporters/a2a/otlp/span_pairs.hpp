// Finds the two spans of one hop: the caller's, and the callee's that names it as its parent.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "exporters/a2a/otlp/hop_span.hpp"

namespace fleet::exporters::a2a {

/// Who is told what became of the spans.
class PairSink {
 public:
  virtual ~PairSink() = default;
  virtual void paired(const HopSpan& caller, const HopSpan& callee) = 0;
  /// The other side did not come in time, or cannot come. Only of spans that meet a rule themselves.
  virtual void unpaired(const HopSpan& span) = 0;
  /// Made place for newer ones while it waited.
  virtual void dropped(const HopSpan& span) = 0;
};

/// Spans that wait for their other side, by trace id and the caller's span id, in whichever order they come. A
/// client's span is paired once; a producer's with every consumer that comes while it waits. A pair of which
/// neither span meets a rule is no hop and is forgotten. Each span must be added once: see RecentHops for
/// repetitions. Not thread-safe.
class SpanPairs {
 public:
  using Time = std::chrono::steady_clock::time_point;

  SpanPairs(std::chrono::milliseconds wait, std::size_t most) : wait_(wait), most_(most) {}
  void set_limits(std::chrono::milliseconds wait, std::size_t most);

  void add(HopSpan span, Time now, PairSink& sink);
  /// Gives up what has waited for long enough.
  void expire(Time now, PairSink& sink);
  std::size_t waiting() const { return waiting_; }

 private:
  struct Key {
    TraceId trace;
    std::uint64_t edge;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return static_cast<std::size_t>((key.trace.high ^ key.trace.low * 0x9e3779b97f4a7c15ULL) + key.edge);
    }
  };
  struct Edge {
    std::optional<HopSpan> caller;
    bool caller_paired = false;
    std::vector<HopSpan> callees;
    std::uint64_t number = 0;
  };
  struct Due {
    Key key;
    std::uint64_t number;  // of the edge that was meant; another may have the key by now
    Time at;
  };
  using Edges = std::unordered_map<Key, Edge, Hash>;

  void add_caller(Edges::iterator place, HopSpan span, PairSink& sink);
  void add_callee(Edges::iterator place, HopSpan span, PairSink& sink);
  void end_oldest(PairSink& sink, void (PairSink::*verdict)(const HopSpan&));

  std::chrono::milliseconds wait_;
  std::size_t most_;
  std::size_t waiting_ = 0;  // spans in edges_
  std::uint64_t numbers_ = 0;
  Edges edges_;
  std::deque<Due> due_;  // in the order of their time, but for a reload that shortened it
};

}  // namespace fleet::exporters::a2a
