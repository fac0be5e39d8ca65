// The whole life of an exporter's process; each main.cpp is a description and one call.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/app/command_list.hpp"
#include "core/app/flags.hpp"
#include "core/config/document.hpp"
#include "exporters/collector.hpp"
#include "exporters/multi_target.hpp"

namespace fleet::exporters {

/// What collectors are made for.
enum class Purpose {
  serve,  ///< the service: scraped for as long as it runs
  look,   ///< --once, perhaps beside a service that runs: one page, and nothing may be taken or written
};

/// Makes the collectors of a parsed configuration, on the worker io thread. Called once at start and once per
/// reload.
using Build = std::function<std::vector<std::unique_ptr<Collector>>(asio::any_io_executor, Purpose)>;

struct ExporterDescription {
  std::string program;         ///< "pg_health_exporter": prefix of all self metrics
  std::string summary;         ///< one sentence for --help and the landing page
  std::string default_config;  ///< "pg_health.yml"
  std::string default_listen;  ///< ":9187"
  /// Checks everything in the file (throws config::Error) and returns how to build from it. Opens no
  /// connection.
  std::function<Build(const config::Document&)> parse;
  std::span<const app::Command> commands = {};  ///< one-shot: the first word on the command line names one
  /// Registers flags of its own, which parse may then rely on. May be empty.
  std::function<void(app::Flags&)> flags = {};
  /// The name here of a collector that a request calls `name`; may be empty.
  std::function<std::string(const std::string& name)> collector_name = {};
  /// What /probe measures; null: there is no /probe. May be empty. Worker io thread.
  std::function<std::shared_ptr<MultiTarget>(const config::Document&, asio::any_io_executor)> multi_target = {};
};

/// `/metrics?collect[]=NAME` (repeatable) runs only the collectors of those names. Flags, --config.check,
/// --once (one exposition on stdout; exit 0, or 3 if a collector or a custom query failed or a `*_up` sample
/// is 0), one of the commands, else the daemon. Returns the process's exit status.
int run_exporter(int argc, const char* const* argv, const ExporterDescription& description);

}  // namespace fleet::exporters
