// From an objective to its rules: Sloth's groups, records, labels and alerts, so that dashboards made for them
// work unchanged, and what the objective asks for beyond them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "slo/objective.hpp"
#include "slo/rules/rule.hpp"

namespace fleet::slo {

/// How an alert reads the indicator over a window.
enum class Reading {
  recorded,  ///< from the recording rules
  inlined,   ///< from raw samples: for history in which the rules were not loaded
};

/// The record that holds the indicator over `window`: "slo:sli_error:ratio_rate5m".
std::string indicator_record(milliseconds window);
/// `{sloth_id="...", sloth_service="...", sloth_slo="..."}`
std::string selector_of(const Objective& objective);
/// The indicator over a window, from raw samples. Ends without a newline.
std::string indicator_expression(const Objective& objective, milliseconds window);

std::vector<Rule> indicator_rules(const Objective& objective);
std::vector<Rule> metadata_rules(const Objective& objective, const SpecOrigin& origin);
std::vector<Rule> alert_rules(const Objective& objective, Reading reading = Reading::recorded);

/// Everything for one objective, its plugins applied. Groups without rules are left out. Throws config::Error
/// if a plugin cannot be applied.
std::vector<RuleGroup> objective_groups(const Objective& objective, const SpecOrigin& origin);

}  // namespace fleet::slo
