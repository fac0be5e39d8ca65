// alerts/comparison: an alert without a condition, or with one that always holds, fires as long as its series
// exist.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

/// Whether the series of the expression can be absent because a condition does not hold.
bool has_condition(const promql::Expr& expr);

void check_comparison(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
