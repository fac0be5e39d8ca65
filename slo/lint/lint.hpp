// All checks over all rules.
#pragma once

#include <string_view>
#include <vector>

#include "slo/lint/check.hpp"

namespace fleet::lint {

/// Every finding, in the order of files, lines and columns. An expression that does not parse is a finding of
/// promql/syntax and nothing else is said about its rule.
std::vector<Finding> lint(const Catalogue& catalogue, const RuleSet& rules, const Demands& demands);

/// What is wrong with the routes and inhibitions that are among the demands, knowing all rules.
std::vector<Finding> lint_routing(const Catalogue& catalogue, const RuleSet& rules, const Demands& demands);

bool is_check(std::string_view name);
/// One line a check: its name and what it looks for.
std::string list_of_checks();

}  // namespace fleet::lint
