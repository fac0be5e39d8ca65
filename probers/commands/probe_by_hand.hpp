// slo_prober probe: one attempt by hand, with everything that it learnt.
#pragma once

#include <string>

#include "probers/commands/report.hpp"

namespace fleet::probers {

/// The explanation of one attempt for people: verdict, phases, facts, notes with their times, trace id.
std::string explain(const ReportRow& row);

/// `slo_prober probe ...`; argv[0] is "probe". Returns the exit status; throws UsageError, BadTarget,
/// config::Error.
int run_probe_by_hand(int argc, const char* const* argv);

}  // namespace fleet::probers
