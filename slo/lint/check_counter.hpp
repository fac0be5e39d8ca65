// promql/counter: a counter compared with a number as it stands. It only grows until its program restarts.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_counter(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
