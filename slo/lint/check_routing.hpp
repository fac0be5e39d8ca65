// alerts/routing: alerts that no route of Alertmanager takes, and routes and inhibitions that are for no alert.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_routing(const Scope& scope, const Rule& rule, Report& report);

/// The same from the other side: names of alerts that do not exist, matchers that no alert satisfies, and
/// inhibitions whose `equal` labels never are. Adds findings that stand in the configuration of Alertmanager.
void check_routing_tree(const Scope& scope, std::vector<Finding>& findings);

}  // namespace fleet::lint
