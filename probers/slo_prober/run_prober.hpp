// slo_prober's main, as a library.
#pragma once

namespace fleet::probers {

/// Flags, --config.check, --once (a table; exit 0 all good, 1 a target failing, 3 could not tell), else the
/// daemon.
int run_prober(int argc, const char* const* argv);

}  // namespace fleet::probers
