// slo_prober's main, as a library.
#pragma once

namespace fleet::probers {

/// `slo_prober check|validate|load|probe ...`, or the daemon with its flags, --config.check and --once (`check`
/// of everything). Returns the exit status (app::ExitStatus).
int run_prober(int argc, const char* const* argv);

}  // namespace fleet::probers
