// What a check is given and what it gives.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "slo/lint/catalogue.hpp"
#include "slo/lint/finding.hpp"
#include "slo/lint/label_flow.hpp"
#include "slo/lint/routing_tree.hpp"
#include "slo/lint/rule_file.hpp"
#include "slo/lint/value_range.hpp"

namespace fleet::lint {

/// What the user asks for.
struct Demands {
  std::chrono::milliseconds scrape_interval{15000};
  std::vector<std::string> annotations{"summary", "description", "runbook_url"};
  std::vector<std::string> labels{"sev", "severity", "team"};
  std::optional<std::set<std::string>> runbooks{};  ///< names of the pages; none: they are not looked for
  std::shared_ptr<const RoutingTree> routing{};     ///< null: alerts may go anywhere
};

struct Scope {
  const Catalogue& catalogue;
  const RuleSet& rules;
  const LabelFlow& labels;
  const ValueRange& values;
  const Demands& demands;
};

/// Collects the findings of one check about one rule.
class Report {
 public:
  Report(const Rule& rule, std::string check, std::vector<Finding>& findings)
      : rule_(rule), check_(std::move(check)), findings_(findings) {}
  /// At a byte of the rule's expression.
  void expression(std::size_t offset, std::string message) {
    at(rule_.expr_text.at(offset), std::move(message));
  }
  void at(Place place, std::string message) {
    findings_.push_back({std::move(place), check_, rule_.name.text(), std::move(message)});
  }

 private:
  const Rule& rule_;
  std::string check_;
  std::vector<Finding>& findings_;
};

/// Looks at one rule whose expression parsed.
using Check = void (*)(const Scope& scope, const Rule& rule, Report& report);

}  // namespace fleet::lint
