#include "slo/rules/plugins.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "slo/number_text.hpp"
#include "slo/query_template.hpp"
#include "slo/rules/contributed.hpp"
#include "slo/rules/objective_rules.hpp"
#include "slo/spec/section.hpp"

namespace fleet::slo {

namespace {

using Run = void (*)(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules);

void nothing(const Objective&, const Plugin&, ObjectiveRules&) {}

struct Known {
  std::string_view id;
  Run run;
};

/// `for` of an alert is honoured without alert_for, too: what else could it mean?
constexpr std::array<Known, 13> known{{
    {"sloth.dev/core/debug/v1", nothing},
    {"sloth.dev/core/noop/v1", nothing},
    {"sloth.dev/core/validate/v1", nothing},
    {"sloth.dev/core/sli_rules/v1", nothing},
    {"sloth.dev/core/metadata_rules/v1", nothing},
    {"sloth.dev/core/alert_rules/v1", nothing},
    {"sloth.dev/contrib/alert_for/v1", nothing},
    {"sloth.dev/contrib/info_labels/v1", add_info_labels},
    {"sloth.dev/contrib/rule_intervals/v1", set_intervals},
    {"sloth.dev/contrib/remove_labels/v1", remove_labels},
    {"sloth.dev/contrib/sli_total_amount/v1", add_total_amounts},
    {"sloth.dev/contrib/denominator_corrected_rules/v1", correct_denominators},
    {"sloth.dev/contrib/error_budget_exhausted_alert/v1", add_exhausted_alert},
}};

const Known* find(std::string_view id) {
  auto const at = std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.id == id; });
  return at == known.end() ? nullptr : &*at;
}

Plugin read_plugin(const config::Value& at) {
  Section const keys(at, {"id", "priority", "config"});
  auto const id = keys.required("id");
  Plugin out{id.verbatim(), id, keys.optional("config"), 0};
  if (auto const priority = keys.optional("priority")) out.priority = priority->number(-1e9, 1e9);
  if (out.id == "sloth.dev/contrib/validate_victoria_metrics/v1")
    id.fail("expected PromQL: this plugin lets queries be MetricsQL, which Prometheus does not take");
  if (find(out.id) == nullptr)
    id.fail("expected a plugin that Sloth ships, got `" + out.id +
            "`: others are Go code, which nothing here can run");
  bool const contributed = out.id.find("/contrib/") != std::string::npos;
  if (contributed && out.priority < 0)
    keys.optional("priority")
        ->fail("expected a priority of at least 0: before the rules are made there is nothing to change");
  return out;
}

}  // namespace

PluginChain read_plugins(const std::optional<config::Value>& at, const PluginChain& service) {
  if (!at) return service;
  Section const keys(*at, {"override_previous", "chain"});
  PluginChain out;
  bool const replaces = keys.boolean_or("override_previous", false);
  if (!replaces) out = service;
  out.replaces_core = replaces || service.replaces_core;
  auto const chain = keys.optional("chain");
  if (replaces && !chain) at->fail("missing key `chain`: with overridePrevious only its plugins make rules");
  if (!chain) return out;
  for (const auto& plugin : chain->list()) out.plugins.push_back(read_plugin(plugin));
  std::stable_sort(out.plugins.begin(), out.plugins.end(),
                   [](const Plugin& a, const Plugin& b) { return a.priority < b.priority; });
  return out;
}

void apply_chain(const PluginChain& chain, Objective& objective) {
  objective.plugins = chain.plugins;
  std::set<std::string> ids;
  for (const auto& plugin : chain.plugins) ids.insert(plugin.id);
  if (chain.replaces_core) {
    objective.parts.indicator = ids.contains("sloth.dev/core/sli_rules/v1");
    objective.parts.metadata = ids.contains("sloth.dev/core/metadata_rules/v1");
    objective.parts.alerts = ids.contains("sloth.dev/core/alert_rules/v1");
  }
  for (const auto& plugin : chain.plugins) {
    if (plugin.id != "sloth.dev/core/sli_rules/v1" || !plugin.options) continue;
    objective.parts.period_from_recordings =
        !Section(*plugin.options, {"disable_optimized"}).boolean_or("disable_optimized", false);
  }
}

void run_plugins(const Objective& objective, ObjectiveRules& rules) {
  for (const auto& plugin : objective.plugins) find(plugin.id)->run(objective, plugin, rules);
}

}  // namespace fleet::slo
