#include "slo/lint/lint.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

#include "slo/lint/check_annotation.hpp"
#include "slo/lint/check_comparison.hpp"
#include "slo/lint/check_counter.hpp"
#include "slo/lint/check_dependency.hpp"
#include "slo/lint/check_duplicate.hpp"
#include "slo/lint/check_hold.hpp"
#include "slo/lint/check_impossible.hpp"
#include "slo/lint/check_rate.hpp"
#include "slo/lint/check_regexp.hpp"
#include "slo/lint/check_routing.hpp"
#include "slo/lint/check_runbook.hpp"
#include "slo/lint/check_series.hpp"
#include "slo/lint/check_template.hpp"
#include "slo/lint/check_vector_matching.hpp"

namespace fleet::lint {
namespace {

struct NamedCheck {
  std::string_view name, summary;
  Check check;  // null: made by lint() itself
};

constexpr std::array<NamedCheck, 15> checks{{
    {"promql/syntax", "expressions that Prometheus refuses", nullptr},
    {"promql/series", "metrics, labels and label values that nobody exports or records", check_series},
    {"promql/vector_matching",
     "operands that never match; labels in by, on and group modifiers that no series has",
     check_vector_matching},
    {"promql/rate", "windows of fewer than four scrapes; rate() of a gauge, delta() of a counter", check_rate},
    {"promql/counter", "a counter compared with a number as it stands", check_counter},
    {"promql/impossible", "thresholds that no value reaches, conditions that exclude each other",
     check_impossible},
    {"promql/regexp", "patterns that say less or more than they seem to", check_regexp},
    {"alerts/comparison", "alerts without a condition, or with one that always holds", check_comparison},
    {"alerts/annotation", "missing or odd annotations and routing labels", check_annotation},
    {"alerts/for", "alerts that one bad sample fires", check_hold},
    {"alerts/routing", "alerts that no route takes; routes and inhibitions that are for no alert",
     check_routing},
    {"alerts/runbook", "links to runbooks that nobody wrote", check_runbook},
    {"alerts/template", "labels that a text names and the expression drops", check_template},
    {"rule/duplicate", "rules that repeat an earlier one", check_duplicate},
    {"rule/dependency", "series read before their group records them", check_dependency},
}};

void lint_rule(const Scope& scope, const Rule& rule, std::vector<Finding>& findings) {
  if (!rule.expr) {
    Report(rule, "promql/syntax", findings).expression(rule.error_offset, rule.syntax_error);
    return;
  }
  for (const NamedCheck& named : checks) {
    if (named.check == nullptr) continue;
    Report report(rule, std::string(named.name), findings);
    named.check(scope, rule, report);
  }
}

}  // namespace

std::vector<Finding> lint(const Catalogue& catalogue, const RuleSet& rules, const Demands& demands) {
  LabelFlow const labels(catalogue, rules);
  ValueRange const values(catalogue, rules);
  Scope const scope{catalogue, rules, labels, values, demands};
  std::vector<Finding> out;
  for (const RuleFile& file : rules.files()) {
    std::vector<Finding> found;
    for (const Rule& rule : file.rules) lint_rule(scope, rule, found);
    std::stable_sort(found.begin(), found.end(), [](const Finding& a, const Finding& b) {
      return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
    });
    std::move(found.begin(), found.end(), std::back_inserter(out));
  }
  return out;
}

std::vector<Finding> lint_routing(const Catalogue& catalogue, const RuleSet& rules, const Demands& demands) {
  LabelFlow const labels(catalogue, rules);
  ValueRange const values(catalogue, rules);
  std::vector<Finding> out;
  check_routing_tree({catalogue, rules, labels, values, demands}, out);
  return out;
}

bool is_check(std::string_view name) {
  return std::any_of(checks.begin(), checks.end(), [&](const NamedCheck& named) { return named.name == name; });
}

std::string list_of_checks() {
  std::string out;
  for (const NamedCheck& named : checks) {
    out += "  " + std::string(named.name) + std::string(24 - named.name.size(), ' ') +
           std::string(named.summary) + "\n";
  }
  return out;
}

}  // namespace fleet::lint
