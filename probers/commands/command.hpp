// What all one-shot commands have in common: their flags, their configuration, how they end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "core/app/flags.hpp"
#include "core/app/logging.hpp"
#include "core/io/run_to_end.hpp"
#include "core/report/output.hpp"
#include "probers/commands/push_gateway.hpp"
#include "probers/commands/report.hpp"
#include "probers/slo_prober/config.hpp"

namespace fleet::probers {

inline constexpr const char* program = "slo_prober";

using report::Output;

/// The flags that every command has.
struct CommandFlags {
  std::string config_file = "prober.yml";
  bool config_given = false;
  Output output = Output::table;
  logging::Level log_level = logging::Level::warn;

  /// Registers --config.file, --output, --log.level, --push-*. `command`: "check", "validate a2a". Must outlive
  /// `flags`.
  void register_on(app::Flags& flags, const std::string& command);
  /// Starts logging; checks and reads what --push-gateway names. Throws UsageError.
  void settle();

  /// After settle(): where to leave the results, if anywhere.
  std::optional<PushOptions> push;

 private:
  std::string gateway_, job_, instance_, user_, password_file_, ca_file_;
};

/// The configuration, for commands that can do without: nullopt if --config.file is empty, or was not given and
/// its default is not there. Throws config::Error.
std::optional<FleetConfig> read_fleet_if_there(const CommandFlags& flags);

/// The text between a command's usage line and its flags: what it does, examples and what its exit codes mean.
/// `example` is one or more lines without indentation.
std::string command_help(const std::string& what, const std::string& example);

/// Prints the report as the flags say and pushes it where they say. Returns the exit status: the report's, or 3
/// if it was 0 and the push failed.
int conclude(asio::io_context& io, const Report& report, const CommandFlags& flags);

}  // namespace fleet::probers
