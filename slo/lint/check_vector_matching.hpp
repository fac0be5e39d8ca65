// promql/vector_matching: operands whose labels differ so that no series of one side ever meets one of the
// other; labels in by, on and group modifiers that no series has.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_vector_matching(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
