// Which targets a command is about.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/app/flags.hpp"
#include "probers/commands/report.hpp"
#include "probers/slo_prober/config.hpp"

namespace fleet::probers {

/// A probe whose discovery failed, or a discovered target that cannot be probed.
struct Gap {
  Identity identity;
  std::string kind;
  std::string why;
};

/// Every probe of every target that the configuration leads to.
struct Roster {
  std::vector<ScheduledProbe> probes;
  std::vector<Gap> gaps;
};
/// A row each, without attempts: of the probes in their order, then of the gaps, which are unknown.
std::vector<ReportRow> rows_of(const Roster& roster);

/// The configured targets and, each discovery asked once, the discovered ones. Those that two sources name
/// count once.
awaitable<Roster> roster_of(const FleetConfig& fleet, Deadline deadline);

/// What --label, --probe and --target ask for; every given kind of condition must hold.
struct Selection {
  std::vector<std::pair<std::string, std::string>>
      labels;                        ///< all of them; `probe` and `target` are labels too
  std::vector<std::string> probes;   ///< any of them, if any is given
  std::vector<std::string> targets;  ///< any of them, if any is given
  bool exclusive = true;             ///< exclusive (expensive) probes too

  /// Registers --label, --probe, --target and --[no-]exclusive. Must outlive `flags`.
  void register_on(app::Flags& flags);
  bool admits(const Identity& identity) const;
};

/// Leaves only what the selection admits. Throws UsageError if that is nothing, saying which probes, targets or
/// labels there are.
void apply(const Selection& selection, Roster& roster);

/// A module of the configuration, a probe's own options under the probe's name, or a kind with its defaults, in
/// that order. Throws UsageError listing them.
NamedModule find_module(const std::optional<FleetConfig>& fleet, const std::string& name);

}  // namespace fleet::probers
