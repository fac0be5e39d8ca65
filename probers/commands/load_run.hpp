// An open loop: requests that come when they come, whatever became of those before.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "probers/commands/arrivals.hpp"
#include "probers/commands/latency_tally.hpp"
#include "probers/commands/report.hpp"
#include "probers/schedule.hpp"

namespace fleet::probers {

/// What one second brought, and where the run stands.
struct LoadProgress {
  std::chrono::nanoseconds elapsed{0};
  std::uint64_t sent = 0, ended = 0, failed = 0, not_sent = 0, in_flight = 0;  ///< since the beginning
  std::uint64_t ended_lately = 0;
  std::chrono::nanoseconds lately{0};  ///< since the progress told before
  LatencyHistogram waits;              ///< of what ended lately, failures included
};

struct LoadPlan {
  Arrivals arrivals;
  std::vector<ScheduledProbe> targets;  ///< taken in turn
  std::size_t max_in_flight = 1000;
  LatencyObjective objective;
  std::function<void(const LoadProgress&)> progress;  ///< once a second, on the io thread; may be empty
};

struct TargetLoad {
  explicit TargetLoad(const LatencyObjective& objective) : tally(objective) {}
  LatencyTally tally;
  std::uint64_t sent = 0;
  std::uint64_t not_sent = 0;  ///< as many as allowed were in flight; failures of the tally too
  ReportRow row;               ///< attempts by reason; no verdict yet
};

struct LoadOutcome {
  std::vector<TargetLoad> targets;
  std::chrono::nanoseconds elapsed{0};  ///< the plan's duration, or until the last end if that was later
  LatencyHistogram lag;                 ///< how late requests were sent: this process' own doing
  std::uint64_t starved = 0;            ///< requests under way while this process did not get to run
  bool interrupted = false;
};

/// Sends every request of the plan at its instant and waits for all to end. Latencies count from the intended
/// start, so that a target that stalls is felt by everybody who would have come meanwhile. A request for which
/// there is no room is counted and not sent. SIGINT and SIGTERM end the sending, not the waiting. One io
/// thread.
awaitable<LoadOutcome> run_load(LoadPlan plan);

}  // namespace fleet::probers
