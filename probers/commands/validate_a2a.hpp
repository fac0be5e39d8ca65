// slo_prober validate a2a: do the agents answer within the objective?
#pragma once

namespace fleet::probers {

/// `slo_prober validate a2a ...`; argv[0] is "a2a". Returns the exit status; throws UsageError, config::Error.
int run_validate_a2a(int argc, const char* const* argv);

}  // namespace fleet::probers
