// rule/duplicate: rules that say the same as an earlier one, or write the same series.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_duplicate(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
