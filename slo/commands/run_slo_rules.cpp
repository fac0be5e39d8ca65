#include <array>
#include <cstdio>
#include <string>

#include "core/app/command_list.hpp"
#include "core/app/exit_status.hpp"
#include "core/app/flags.hpp"
#include "core/config/document.hpp"
#include "slo/commands/commands.hpp"

namespace fleet::slo {

namespace {

constexpr auto program = "slo_rules";

constexpr std::array<app::Command, 4> commands{{
    {"validate", "are these specifications good?", run_validate},
    {"generate", "make Prometheus rules of them", run_generate},
    {"explain", "what will page, how fast, what does an outage cost?", run_explain},
    {"backtest", "when would each alert have fired, on real history?", run_backtest},
}};

int dispatch(int argc, const char* const* argv) {
  std::string_view const word = argc > 1 ? argv[1] : "";
  if (!word.empty() && !word.starts_with('-'))
    return app::find_command(commands, word, "command").run(argc - 1, argv + 1);
  app::Flags flags(std::string(program) + " COMMAND",
                   "Service level objectives to Prometheus rules. Reads Sloth's prometheus/v1 and "
                   "PrometheusServiceLevel, and OpenSLO v1.\n\nCommands, each with a --help of its own:\n" +
                       app::list_of(commands));
  if (flags.parse(argc, argv)) throw app::UsageError("expected a command, see --help");
  return app::exit_met;
}

}  // namespace

int run_slo_rules(int argc, const char* const* argv) {
  try {
    return dispatch(argc, argv);
  } catch (const app::UsageError& error) {
    std::fprintf(stderr, "%s: error: %s\n", program, error.what());
  } catch (const config::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: error: %s\n", program, error.what());
    return app::exit_unmeasured;
  }
  return app::exit_usage;
}

}  // namespace fleet::slo
