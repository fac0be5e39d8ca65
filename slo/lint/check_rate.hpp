// promql/rate: windows that hold fewer than two scrapes, and functions for counters on gauges or the other way
// round.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_rate(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
