// promql/regexp: patterns that say less or more than they seem to.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_regexp(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
