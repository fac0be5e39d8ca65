// Files of alerting and recording rules.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "slo/lint/finding.hpp"
#include "slo/lint/promql.hpp"

namespace fleet::lint {

/// A finding that a comment beside the rule expects: `# rule_lint: allow CHECK: REASON`.
struct InlineAllowance {
  Place place;
  std::string check, reason;
};

struct Rule {
  bool alert = true;  ///< else it records
  PlacedText name;
  PlacedText expr_text;
  promql::ExprPtr expr;               ///< null if Prometheus would refuse it
  std::string syntax_error;           ///< then this says why,
  std::size_t error_offset = 0;       ///< and this where in the text
  std::chrono::milliseconds hold{0};  ///< `for`
  bool hold_given = false;            ///< whether the file says it, 0s too
  std::vector<std::pair<std::string, PlacedText>> labels, annotations;
  std::vector<InlineAllowance> allowances;
  std::string group;
  std::size_t position = 0;  ///< in its group

  const PlacedText* label(std::string_view key) const;
  const PlacedText* annotation(std::string_view key) const;
  /// Static labels with their values, sorted, as one text: "severity=page,team=x".
  std::string label_text() const;
};

struct RuleFile {
  std::string name;
  std::vector<Rule> rules;  ///< of all groups, in the file's order
};

/// Reads `groups:` or a PrometheusRule manifest. Throws config::Error; an expression that does not parse is
/// kept with its error.
RuleFile load_rules(const std::string& path);
RuleFile parse_rules(std::string text, const std::string& name);

/// All files of a run. Names of series that rules record are known through it.
class RuleSet {
 public:
  explicit RuleSet(std::vector<RuleFile> files);
  const std::vector<RuleFile>& files() const { return files_; }
  /// Every rule that records the series; empty if none does.
  const std::vector<const Rule*>& recording(std::string_view series) const;
  bool has_alert(std::string_view name) const { return alerts_.contains(name); }
  std::vector<std::string_view> recorded_names() const;
  std::vector<std::string_view> alert_names() const;

 private:
  std::vector<RuleFile> files_;
  std::map<std::string, std::vector<const Rule*>, std::less<>> recording_, alerts_;
};

}  // namespace fleet::lint
