// slo_prober check: every target tried now.
#pragma once

#include "probers/commands/command.hpp"
#include "probers/commands/selection.hpp"
#include "probers/once.hpp"

namespace fleet::probers {

/// Attempts what the selection leaves of the configuration and prints the report. Returns the exit status;
/// throws UsageError if the selection leaves nothing.
int check(const config::Document& document, const Selection& selection, OnceOptions options,
          const CommandFlags& flags);

/// `slo_prober check ...`; argv[0] is "check". Returns the exit status; throws UsageError, config::Error.
int run_check(int argc, const char* const* argv);

}  // namespace fleet::probers
