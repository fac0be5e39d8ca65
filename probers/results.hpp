// What the attempts at one target add up to, as metrics.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/metrics/instruments.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

/// Which probe and target a result belongs to. Two are equal if probe and target are.
struct Identity {
  std::string probe;
  std::string target;
  /// Further labels of its series (slot, vantage), in the order of their names; none is named probe or target.
  std::vector<std::pair<std::string, std::string>> labels;
  friend bool operator<(const Identity& a, const Identity& b) {
    return std::tie(a.probe, a.target) < std::tie(b.probe, b.target);
  }
  friend bool operator==(const Identity& a, const Identity& b) {
    return a.probe == b.probe && a.target == b.target;
  }
};

/// Why a run did not take place.
enum class Missed : std::uint8_t {
  late,     ///< the prober was not scheduled in time
  overlap,  ///< as many earlier runs as may overlap had not ended
  window,   ///< outside of its enable windows, or in quiet hours
  lease,    ///< another replica holds the lease of this exclusive probe
};
std::string_view to_string(Missed reason);

/// The series of one probe and target. Members are called on its worker's thread; the page is rendered from the
/// instruments on any.
///
/// For objectives: slo_probe_results_total{probe,target,result}, each result from 0 on, for increase() does not
/// see the first of a series that is born with it; slo_probe_failures_total{...,reason,step};
/// slo_probe_duration_seconds (every attempt, failures and timeouts included, from its actual start; with
/// exemplars: the trace id that the attempt sent), slo_probe_scheduled_duration_seconds (the same from the
/// intended start: what a user who came at that instant waited), slo_probe_missed_runs_total{reason}. Last
/// values: probe_success, probe_duration_seconds, the phases and the facts of the last attempt, under
/// blackbox_exporter's names; a fact that an attempt did not learn anew has no series until one does.
/// An attempt that is unknown, or during which the prober itself starved, is in no histogram.
class TargetResults {
 public:
  TargetResults(Instruments& instruments, Identity identity);
  ~TargetResults() { remove_series(); }
  TargetResults(const TargetResults&) = delete;

  void record(const ProbeResult& result, std::chrono::nanoseconds lag, bool starved = false);
  /// An attempt beyond the timetable, after a failure: last values, and slo_probe_repeats_total{result}.
  void record_repeat(const ProbeResult& result);
  /// Runs that did not take place.
  void missed(Missed reason, std::int64_t runs = 1);
  /// Takes its series off the page; nothing may be recorded any more. Another TargetResults of the same
  /// identity may follow while this one still lives.
  void remove_series();
  const Identity& identity() const { return identity_; }

 private:
  struct LastFact {
    const FactKind* kind;
    Instruments::LabelList labels;
    Gauge* gauge;
  };
  Instruments::LabelList with(std::initializer_list<std::pair<std::string_view, std::string_view>> more) const;
  Counter& missed_counter(Missed reason);
  void set_last_values(const ProbeResult& result);
  /// The gauges of these facts, reused if there was a fact of the same kind and labels before.
  void set_facts(const ProbeResult& result);

  Instruments& instruments_;
  Identity identity_;
  Instruments::LabelList labels_;
  Histogram& duration_;
  Histogram& scheduled_;
  std::array<Counter*, outcomes.size()> results_;  // by outcome
  std::map<std::pair<Reason, std::string>, Counter*> failures_;
  std::map<Missed, Counter*> missed_;
  std::map<Outcome, Counter*> repeats_;
  std::vector<LastFact> facts_, hidden_;  // of the last result; of those before it, the newest first
  Gauge *success_ = nullptr, *last_duration_ = nullptr;
  bool removed_ = false;
};

/// The log line of an attempt that was not good, or of recovery; the caller decides when.
void log_result(const Identity& identity, const ProbeResult& result);

}  // namespace fleet::probers
