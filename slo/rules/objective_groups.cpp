#include "slo/rules/objective_rules.hpp"
#include "slo/rules/plugins.hpp"

namespace fleet::slo {

std::vector<RuleGroup> objective_groups(const Objective& objective, const SpecOrigin& origin) {
  ObjectiveRules rules;
  rules.indicator = {"sloth-slo-sli-recordings-" + objective.id(), objective.intervals.indicator, {}};
  rules.metadata = {"sloth-slo-meta-recordings-" + objective.id(), objective.intervals.metadata, {}};
  rules.alerts = {"sloth-slo-alerts-" + objective.id(), objective.intervals.alerts, {}};
  if (objective.parts.indicator) rules.indicator.rules = indicator_rules(objective);
  if (objective.parts.metadata) rules.metadata.rules = metadata_rules(objective, origin);
  if (objective.parts.alerts) rules.alerts.rules = alert_rules(objective);
  run_plugins(objective, rules);
  std::vector<RuleGroup> out;
  for (auto* group : {&rules.indicator, &rules.metadata, &rules.alerts}) {
    if (!group->rules.empty()) out.push_back(std::move(*group));
  }
  for (auto& group : rules.extra) out.push_back(std::move(group));
  return out;
}

}  // namespace fleet::slo
