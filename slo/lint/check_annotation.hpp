// alerts/annotation: what every alert must tell the person it wakes and the routes it takes.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

void check_annotation(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
