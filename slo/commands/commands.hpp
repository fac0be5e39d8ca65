// The commands of slo_rules. argv[0] is the command's own word; each returns the exit status and throws
// app::UsageError and config::Error.
#pragma once

namespace fleet::slo {

int run_validate(int argc, const char* const* argv);
int run_generate(int argc, const char* const* argv);
int run_explain(int argc, const char* const* argv);
int run_backtest(int argc, const char* const* argv);

/// The whole program.
int run_slo_rules(int argc, const char* const* argv);

}  // namespace fleet::slo
