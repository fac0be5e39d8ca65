// What the attempts at one target add up to, as metrics.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "core/metrics/instruments.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

/// Which probe and target a result belongs to; the labels of all its series.
struct Identity {
  std::string probe;
  std::string target;
  friend bool operator<(const Identity& a, const Identity& b) {
    return std::tie(a.probe, a.target) < std::tie(b.probe, b.target);
  }
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// The series of one probe and target. record() is called on the worker thread; the page is rendered from the
/// instruments on any.
///
/// Counters and histograms for objectives: slo_probe_results_total{probe,target,result,reason},
/// slo_probe_duration_seconds (every attempt, failures and timeouts included, from its actual start),
/// slo_probe_scheduled_duration_seconds (the same from the intended start: what a user who came at that instant
/// waited), slo_probe_schedule_lag_seconds, slo_probe_missed_runs_total{reason}. Last values under
/// blackbox_exporter's names: probe_success, probe_duration_seconds, probe_http_duration_seconds{phase},
/// probe_http_status_code, probe_ssl_earliest_cert_expiry.
class TargetResults {
 public:
  TargetResults(Instruments& instruments, Identity identity);
  void record(const ProbeResult& result, std::chrono::nanoseconds lag);
  /// A run that did not take place: `late` (the prober was not scheduled in time) or `overlap` (the previous
  /// ones still run).
  void missed_late(std::int64_t runs) { missed_late_.add(static_cast<double>(runs)); }
  void missed_overlap() { missed_overlap_.add(); }
  const Identity& identity() const { return identity_; }

 private:
  Counter& result_counter(Outcome outcome, Reason reason);
  /// The gauge at `place`, made on first use: making one takes the registry's lock, using one does not.
  Gauge& last_value(Gauge*& place, std::string_view family, std::string_view help);

  Instruments& instruments_;
  Identity identity_;
  Instruments::LabelList labels_;
  Histogram& duration_;
  Histogram& scheduled_;
  Histogram& lag_;
  Counter& missed_late_;
  Counter& missed_overlap_;
  std::map<std::pair<Outcome, Reason>, Counter*> counters_;
  std::map<std::string_view, Gauge*> phases_;
  Gauge *success_ = nullptr, *last_duration_ = nullptr, *status_code_ = nullptr, *certificate_ = nullptr;
};

/// The log line of an attempt that was not good, or of recovery; the caller decides when.
void log_result(const Identity& identity, const ProbeResult& result);

}  // namespace fleet::probers
