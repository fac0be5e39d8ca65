#include "slo/lint/check_annotation.hpp"

#include <algorithm>

namespace fleet::lint {
namespace {

/// Labels by which alerts are routed have few values.
void check_values(const Rule& rule, const std::string& label, const std::vector<std::string>& allowed,
                  Report& report) {
  const PlacedText* text = rule.label(label);
  if (text == nullptr || text->text().empty() || text->is_template()) return;
  if (std::find(allowed.begin(), allowed.end(), text->text()) != allowed.end()) return;
  std::string list;
  for (const std::string& word : allowed) list += (list.empty() ? "" : ", ") + word;
  report.at(text->begin(),
            "expected label " + label + " to be one of " + list + ", got `" + text->text() + "`");
}

}  // namespace

void check_annotation(const Scope& scope, const Rule& rule, Report& report) {
  if (!rule.alert) return;
  auto const require = [&](const PlacedText* text, const std::string& what) {
    if (text == nullptr) report.at(rule.name.begin(), "expected " + what);
    if (text != nullptr && text->text().empty())
      report.at(text->begin(), "expected " + what + " that is not empty");
  };
  for (const std::string& name : scope.demands.annotations)
    require(rule.annotation(name), "an annotation " + name);
  LabelSet const of_series = scope.labels.of(*rule.expr);
  for (const std::string& name : scope.demands.labels) {
    // Alerts made of others, say of ALERTS, have theirs.
    if (rule.label(name) != nullptr || !of_series.may_have(name)) require(rule.label(name), "a label " + name);
  }
  check_values(rule, "sev", {"1", "2", "3", "4"}, report);
  check_values(rule, "severity", {"critical", "warning", "info"}, report);
  if (const PlacedText* summary = rule.annotation("summary"); summary != nullptr && summary->is_template()) {
    report.at(
        summary->begin(),
        "expected a summary that is the same for every alert of the name; details go into the description");
  }
  const PlacedText* url = rule.annotation("runbook_url");
  if (url != nullptr && !url->text().empty() && !url->text().starts_with("https://") &&
      !url->text().starts_with("http://")) {
    report.at(url->begin(), "expected runbook_url to be a URL, got `" + url->text() + "`");
  }
}

}  // namespace fleet::lint
