// Runs every probe on its own timetable and books the results.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/metrics/instruments.hpp"
#include "probers/probe.hpp"
#include "probers/recent_latency.hpp"
#include "probers/results.hpp"

namespace fleet::probers {

/// One probe of one target, ready to run.
struct ScheduledProbe {
  Identity identity;
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds timeout{5'000};
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

/// The daemon's loop. Runs never depend on scrapes. A run that would exceed its overlap, or whose time passed
/// while the prober was not scheduled, is counted as missed, not made up for. Worker io thread.
class Schedule {
 public:
  Schedule(asio::any_io_executor executor, Instruments& instruments);
  ~Schedule();

  /// Takes these probes in place of the present ones. A probe and target that stay keep their counters; series
  /// of those that go are removed; attempts in flight of replaced probes end unbooked.
  void replace(std::vector<ScheduledProbe> probes, LatencyGauge gauge);
  /// Ends every timetable; attempts in flight are left to their deadlines.
  void stop();
  /// a2a_protocol_latency_ms{source="slo_prober",target}: absent for an agent that answered nothing within the
  /// window.
  void collect(Families& out);

 private:
  struct Target;
  awaitable<void> keep_timetable(std::shared_ptr<Target> target);
  awaitable<void> attempt(std::shared_ptr<Target> target, Deadline::Clock::time_point due);

  asio::any_io_executor executor_;
  Instruments& instruments_;
  std::map<Identity, std::shared_ptr<Target>> targets_;
  LatencyGauge gauge_;
};

}  // namespace fleet::probers
