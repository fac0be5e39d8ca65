#include "probers/slo_prober/run_prober.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/app/command_list.hpp"
#include "core/app/flag_values.hpp"
#include "core/app/healthcheck.hpp"
#include "probers/commands/check.hpp"
#include "probers/commands/command.hpp"
#include "probers/commands/load.hpp"
#include "probers/commands/probe_by_hand.hpp"
#include "probers/commands/validate_a2a.hpp"
#include "probers/commands/validate_documents.hpp"
#include "probers/commands/validate_recovery.hpp"
#include "probers/slo_prober/serve.hpp"

namespace fleet::probers {

namespace {

using app::Command;
using app::find_command;
using app::list_of;

constexpr std::array<Command, 3> validations{{
    {"a2a", "do the agents answer within --target-ms?", run_validate_a2a},
    {"documents", "does a batch of documents get through in time?", run_validate_documents},
    {"recovery", "what does a failover of the database cost? (RTO, RPO)", run_validate_recovery},
}};

int run_validate(int argc, const char* const* argv) {
  std::string_view const word = argc > 1 ? argv[1] : "--help";
  if (word == "--help" || word == "-h") {
    std::printf("usage: %s validate WHAT [flags]\n\n%s\nEach has a --help of its own.\n", program,
                list_of(validations).c_str());
    return argc > 1 ? app::exit_met : app::exit_usage;
  }
  return find_command(validations, word, "validation").run(argc - 1, argv + 1);
}

constexpr std::array<Command, 4> commands{{
    {"check", "try every target now and name what fails", run_check},
    {"validate", "judge one objective: a2a, documents, recovery", run_validate},
    {"load", "how long do so many users wait? (open loop)", run_load_command},
    {"probe", "one attempt by hand, with everything that it learnt", run_probe_by_hand},
}};

int check_config(const app::DaemonFlags& common) {
  app::check_web_config(common);
  auto const& file = common.config_file;
  auto const fleet = read_fleet(config::Document::load(file));
  std::printf("%s: OK, %zu targets, %zu modules\n", file.c_str(), static_probes(fleet).size(),
              fleet.modules.size());
  return app::exit_met;
}

int run_daemon(int argc, const char* const* argv) {
  app::DaemonFlags common;
  ServeOptions options;
  std::uint64_t workers = options.workers;
  app::Flags flags(
      program,
      "Synthetic prober: tries what users rely on, each target on a fixed timetable of its own.\n\n"
      "Without a command it serves; commands run once and tell by their exit code, see `slo_prober COMMAND "
      "--help`:\n" +
          list_of(commands));
  common.register_on(
      flags, "prober.yml", ":9706",
      "Try every target once, print a table and exit: 0, 1 if a target fails, or 3 if that cannot be "
      "told (`check` has more).");
  add_count(flags, "workers", "Threads that share the targets (1).", &workers, 1, 256);
  flags.toggle("realtime", "Let these threads run before all ordinary ones; needs CAP_SYS_NICE (off).",
               &options.realtime);
  flags.text("shard", "I/N|auto",
             "Take the i-th of n shares of the targets, or share them with other replicas.", &options.shard);
  if (!flags.parse(argc, argv)) return app::exit_met;
  if (common.healthcheck) return app::healthcheck(program, common.listen_addresses.front(), "/-/healthy");
  options.workers = workers;
  if (common.config_check) return check_config(common);
  logging::start(program, common.log_level, common.log_style);
  return common.once ? check(config::Document::load(common.config_file), {}, {}, {}) : serve(common, options);
}

int dispatch(int argc, const char* const* argv) {
  std::string_view const word = argc > 1 ? argv[1] : "";
  if (word.empty() || word.starts_with('-')) return run_daemon(argc, argv);
  return find_command(commands, word, "command").run(argc - 1, argv + 1);
}

}  // namespace

int run_prober(int argc, const char* const* argv) {
  try {
    return dispatch(argc, argv);
  } catch (const app::UsageError& error) {
    std::fprintf(stderr, "%s: error: %s\n", program, error.what());
  } catch (const BadTarget& error) {
    std::fprintf(stderr, "%s: error: the target cannot be probed: %s\n", program, error.what());
  } catch (const config::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: error: %s\n", program, error.what());
    return app::exit_unmeasured;
  }
  return app::exit_usage;
}

}  // namespace fleet::probers
