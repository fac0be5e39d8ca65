// The catalogue that the shipped rules are checked against.
#pragma once

#include <string>

#include "slo/lint/catalogue.hpp"

namespace fleet::testing {

/// Golden pages, declared metrics of other programs and the demo's jobs: what the test rules_lint_own gives
/// rule_lint.
const lint::Catalogue& known_metrics();

/// A catalogue of one page.
lint::Catalogue catalogue_of(const std::string& page);

}  // namespace fleet::testing
