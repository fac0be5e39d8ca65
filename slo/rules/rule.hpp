// Prometheus rules as plain data.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace fleet::slo {

using Labels = std::map<std::string, std::string>;

/// A recording rule if `record` is set, else an alert.
struct Rule {
  std::string record, alert, expression;
  std::chrono::milliseconds hold{0};  ///< `for`
  Labels labels, annotations;
};

struct RuleGroup {
  std::string name;
  std::chrono::milliseconds interval{0};  ///< 0: Prometheus' own
  std::vector<Rule> rules;
};

/// `over` has the last word.
Labels merged(Labels base, const Labels& over);

}  // namespace fleet::slo
