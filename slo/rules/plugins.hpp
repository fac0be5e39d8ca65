// Sloth's plugins of rules. Those that Sloth ships are done here; others are Go code, which is refused.
#pragma once

#include <optional>
#include <vector>

#include "core/config/document.hpp"
#include "slo/objective.hpp"
#include "slo/rules/rule.hpp"

namespace fleet::slo {

struct PluginChain {
  bool replaces_core = false;  ///< `overridePrevious`: only what the chain names is made
  std::vector<Plugin> plugins;
};

/// The chain under `slo_plugins` or `plugins`, behind what the service says already. Throws config::Error.
PluginChain read_plugins(const std::optional<config::Value>& at, const PluginChain& service);
/// Settles what the chain says of the objective before any rule is made.
void apply_chain(const PluginChain& chain, Objective& objective);

/// The groups of one objective, empty ones included until its plugins have run.
struct ObjectiveRules {
  RuleGroup indicator, metadata, alerts;
  std::vector<RuleGroup> extra;
};

/// Runs the objective's plugins, in the order of their priority. Throws config::Error.
void run_plugins(const Objective& objective, ObjectiveRules& rules);

}  // namespace fleet::slo
