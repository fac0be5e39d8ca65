// The plugins of rules that Sloth's users contributed to it and Sloth ships. Each throws config::Error if its
// options, or the objective, are not what it needs.
#pragma once

#include "slo/rules/plugins.hpp"

namespace fleet::slo {

/// Labels on one metadata series, sloth_slo_info if not said otherwise.
void add_info_labels(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules);
/// Intervals of evaluation for the groups.
void set_intervals(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules);
/// Takes the objective's own labels off its records, but for `preserveLabels` and the records in `skipMetrics`.
void remove_labels(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules);
/// A group that records the total query over every window.
void add_total_amounts(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules);
/// Ratios weighed by the traffic of their window against that of the period.
void correct_denominators(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules);
/// An alert when the period's budget is used up (or down to `threshold`).
void add_exhausted_alert(const Objective& objective, const Plugin& plugin, ObjectiveRules& rules);

}  // namespace fleet::slo
