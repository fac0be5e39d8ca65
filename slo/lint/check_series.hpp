// promql/series: metrics, labels and label values that nobody exports or records.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_series(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
