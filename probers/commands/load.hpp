// slo_prober load: as many users as asked for, and how long each of them waits.
#pragma once

#include "probers/commands/load_run.hpp"
#include "probers/commands/report.hpp"

namespace fleet::probers {

/// The verdict on a run, a row a target; pure. `offered`: requests a second after the ramp.
Report judge_load(LoadOutcome outcome, double offered, const LatencyObjective& objective);

/// `slo_prober load ...`; argv[0] is "load". Returns the exit status; throws UsageError, BadTarget,
/// config::Error.
int run_load_command(int argc, const char* const* argv);

}  // namespace fleet::probers
