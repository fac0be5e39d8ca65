// promql/impossible: thresholds that no value reaches, conditions that exclude each other, matchers that
// contradict each other.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_impossible(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
