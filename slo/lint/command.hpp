// The program's flags, output and exit codes.
#pragma once

namespace fleet::lint {

/// Findings go to standard output, one a line; what was looked at to standard error. Returns 0 if there are
/// none and 1 if there are. Throws app::UsageError and config::Error, both exit code 2.
int run_rule_lint(int argc, const char* const* argv);

}  // namespace fleet::lint
