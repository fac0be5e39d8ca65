// rule/dependency: rules that read a series before its group records it, and series recorded from themselves.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_dependency(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
