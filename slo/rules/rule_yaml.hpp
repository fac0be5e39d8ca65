// Rule files and manifests as YAML text.
#pragma once

#include <string>
#include <vector>

#include "slo/objective.hpp"
#include "slo/rules/rule.hpp"

namespace fleet::slo {

/// A file that Prometheus loads: `groups:` and all below.
std::string rule_file(const std::vector<RuleGroup>& groups);
/// A PrometheusRule manifest of prometheus-operator.
std::string rule_manifest(const SpecOrigin& origin, const std::vector<RuleGroup>& groups);

/// `text` as a YAML value at this indentation, behind "key: ": plain where YAML cannot take it for anything
/// else, a block if it has several lines, else in quotes.
std::string yaml_value(const std::string& text, std::size_t indentation);

}  // namespace fleet::slo
