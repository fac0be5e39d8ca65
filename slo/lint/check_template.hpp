// alerts/template: labels that a text names and the expression drops; texts that make a new alert of every
// value.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_template(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
