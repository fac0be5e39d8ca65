// Recorded numbers of events, for what weighs or counts them. Only of objectives that ask for it.
#pragma once

#include <string>
#include <vector>

#include "slo/objective.hpp"

namespace fleet::slo {

/// "slo:sli_total:amount1h", the name that Sloth's own plugin gives to it: the total query over the window, in
/// the query's unit.
std::string total_amount_record(milliseconds window);
std::string error_amount_record(milliseconds window);

/// The rules that the objective's min_events and weigh_events need; none if it has neither.
std::vector<Rule> amount_rules(const Objective& objective);
/// PromQL: at least min_events in the window. `total` gives the total query's value over it.
std::string enough_events(const Objective& objective, milliseconds window, const std::string& total);

}  // namespace fleet::slo
