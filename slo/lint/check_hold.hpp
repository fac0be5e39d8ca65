// alerts/for: an alert that one bad sample fires. It needs `for`, or a condition that looks back over a window
// or at an age; `for: 0s` says that one sample is meant to be enough.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_hold(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
