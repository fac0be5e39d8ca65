// Runs every probe on its own timetable and books the results.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/metrics/instruments.hpp"
#include "probers/probe.hpp"
#include "probers/recent_latency.hpp"
#include "probers/results.hpp"
#include "probers/self_canary.hpp"
#include "probers/windows.hpp"

namespace fleet::probers {

/// One probe of one target, ready to run.
struct ScheduledProbe {
  Identity identity;  ///< with the labels of all its series
  std::string kind;   ///< "http", "a2a"
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds timeout{5'000};
  /// After a failure further attempts are made at this interval until one is good; they show in the last values and in
  /// slo_probe_repeats_total, never in the counters and histograms that ratios are made of. 0: none.
  std::chrono::milliseconds retry_interval{0};
  Windows windows;
  bool exclusive = false;  ///< runs only while this replica holds its lease
  std::shared_ptr<Probe> probe;
  std::string agent;  ///< the `target` of a2a_protocol_latency_ms; empty: not an A2A probe

  /// Attempts that may run at once: as many as start within one timeout.
  std::int64_t overlap() const { return (timeout + interval - std::chrono::milliseconds(1)) / interval; }
};

/// How a2a_protocol_latency_ms is made of the A2A probes' latencies.
struct LatencyGauge {
  std::chrono::milliseconds window{60'000};
  double quantile = 0.95;
};

/// What a replace() did, for the log and for people.
struct ScheduleChange {
  std::vector<std::string> added, removed, changed;  ///< "probe/target"
  std::size_t kept = 0;
};
/// "probe/target": the name of a lease, and in logs.
std::string name_of(const Identity& identity);
/// "2 added: a/x, a/y; 1 removed: b/z; 7 unchanged"; at most ten names a kind.
std::string to_string(const ScheduleChange& change);

/// One worker's loop. Runs never depend on scrapes. A run that would exceed its overlap, or whose time passed
/// while the prober was not scheduled, is counted as missed, not made up for. Its io thread.
class Schedule {
 public:
  /// Whether this replica may run that probe now. Asked before each attempt, and for an exclusive probe again after it:
  /// a result that was gained without the lease is unknown.
  using Gate = std::function<bool(const ScheduledProbe&)>;
  /// Told of each attempt, repeats included, after it was counted.
  using Observer = std::function<void(const ScheduledProbe&, const ProbeResult&)>;

  /// `worker` names the thread in the self-canary's metrics.
  Schedule(asio::any_io_executor executor, Instruments& instruments, const std::string& worker = "0");
  ~Schedule();

  void set_gate(Gate gate) { gate_ = std::move(gate); }
  void set_observer(Observer observer) { observer_ = std::move(observer); }
  /// Takes these probes in place of the present ones. A probe and target that stay keep their counters and their
  /// latency window; series of those that go are removed; attempts in flight of replaced probes end unbooked. Of two with one
  /// identity the first counts.
  ScheduleChange replace(std::vector<ScheduledProbe> probes, LatencyGauge gauge);
  /// Ends every timetable; attempts in flight are left to their deadlines.
  void stop();
  /// a2a_protocol_latency_ms{source="slo_prober",target}: absent for an agent that answered nothing within the
  /// window.
  void collect(Families& out);
  std::size_t size() const { return targets_.size(); }
  /// The exclusive probes here, "probe/target".
  std::vector<std::string> exclusive() const;

 private:
  struct Target;
  awaitable<void> keep_timetable(std::shared_ptr<Target> target);
  awaitable<void> attempt(std::shared_ptr<Target> target, Deadline::Clock::time_point due);
  awaitable<void> repeat(std::shared_ptr<Target> target);
  /// Why this run must not take place, if so.
  std::optional<Missed> hindrance(const Target& target) const;
  /// slo_probe_schedule_lag_seconds{probe,worker}; goes when the probe has no target here any more.
  Histogram& lag_of(const std::string& probe);
  void forget_lags();

  asio::any_io_executor executor_;
  Instruments& instruments_;
  std::map<Identity, std::shared_ptr<Target>> targets_;
  LatencyGauge gauge_;
  SelfCanary canary_;
  bool started_ = false;
  std::string worker_;
  std::map<std::string, Histogram*> lags_;
  Gate gate_;
  Observer observer_;
};

}  // namespace fleet::probers
