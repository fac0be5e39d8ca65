// A number of attempts outside of any timetable: what the operator sees is what the alert saw.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "probers/schedule.hpp"

namespace fleet::probers {

struct OnceOptions {
  std::size_t attempts = 1;                  ///< of each target
  std::chrono::milliseconds interval{1000};  ///< between the starts of two attempts at one target
  bool spread = false;           ///< targets start one after another within the interval, not all at once
  std::size_t concurrency = 50;  ///< attempts under way at once; an attempt's time begins when it does
};

/// Asked before each attempt whether there have been enough; may be empty.
using OnceEnough = std::function<bool()>;
/// Told of each attempt as it ends: which of the probes, what it found, and whether this process itself was
/// starved meanwhile, so that the durations say nothing.
using OnceObserver = std::function<void(std::size_t probe, ProbeResult result, bool starved)>;

/// Attempts every probe by the daemon's own attempt_once(), and judges starvation as the daemon does; an
/// attempt that starvation made unknown is made anew, twice at most. Returns when all have ended. `observer` is
/// called on the io thread.
awaitable<void> run_once(std::vector<ScheduledProbe> probes, OnceOptions options, OnceObserver observer,
                         OnceEnough enough = {});

}  // namespace fleet::probers
