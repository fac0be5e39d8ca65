#include "slo/lint/check_series.hpp"

#include <algorithm>

namespace fleet::lint {
namespace {

using namespace promql;

bool is_of_prometheus(std::string_view name) { return name == "ALERTS" || name == "ALERTS_FOR_STATE"; }

bool is_known(const Scope& scope, std::string_view name) {
  return scope.catalogue.find(name) != nullptr || !scope.rules.recording(name).empty() ||
         is_of_prometheus(name);
}

std::vector<std::string_view> all_names(const Scope& scope) {
  std::vector<std::string_view> out = scope.catalogue.names();
  for (std::string_view const name : scope.rules.recorded_names()) out.push_back(name);
  return out;
}

void check_pattern(const Scope& scope, const Matcher& matcher, Report& report) {
  auto const names = all_names(scope);
  if (std::any_of(names.begin(), names.end(), [&](std::string_view name) { return matcher.accepts(name); }))
    return;
  report.expression(matcher.span.begin,
                    "no metric that anybody exports or records matches " + backquoted(matcher.value));
}

void check_value(const Scope& scope, std::string_view metric, const Matcher& matcher, bool always,
                 Report& report) {
  auto values = scope.catalogue.values(metric, matcher.label);
  bool const recorded = !scope.rules.recording(metric).empty();
  if (!values || recorded) return;
  bool const positive = matcher.op == MatchOperator::equal || matcher.op == MatchOperator::regex;
  if (positive && !always && matcher.accepts("")) return;
  std::size_t const accepted = static_cast<std::size_t>(std::count_if(
      values->begin(), values->end(), [&](const std::string& value) { return matcher.accepts(value); }));
  std::string const where = " of label " + backquoted(matcher.label) + " of " + backquoted(metric);
  if (accepted == 0) {
    std::vector<std::string_view> const candidates(values->begin(), values->end());
    report.expression(matcher.span.begin, "no value" + where + " matches " + backquoted(matcher.value) +
                                              (positive ? suggestion(matcher.value, candidates) : ""));
  } else if (!positive && accepted == values->size()) {
    report.expression(matcher.span.begin, backquoted(matcher.value) + " excludes no value" + where);
  }
}

void check_alert_name(const Scope& scope, const Selector& selector, Report& report) {
  for (const Matcher& matcher : selector.matchers) {
    bool const named = matcher.label == "alertname" && matcher.op == MatchOperator::equal;
    if (named && !scope.rules.has_alert(matcher.value)) {
      report.expression(matcher.span.begin, "there is no alert " + backquoted(matcher.value));
    }
  }
}

void check_selector(const Scope& scope, const Expr& expr, const Selector& selector, Report& report) {
  std::string_view const name = selector.name();
  if (name.empty()) {
    for (const Matcher& matcher : selector.matchers) {
      if (matcher.label == "__name__") check_pattern(scope, matcher, report);
    }
    return;
  }
  if (is_of_prometheus(name)) return check_alert_name(scope, selector, report);
  if (!is_known(scope, name)) {
    report.expression(expr.span.begin,
                      "nobody exports or records " + backquoted(name) + suggestion(name, all_names(scope)));
    return;
  }
  LabelSet const labels = scope.labels.of_metric(name);
  for (const Matcher& matcher : selector.matchers) {
    if (matcher.label == "__name__") continue;
    if (!labels.may_have(matcher.label)) {
      report.expression(matcher.span.begin,
                        "no series of " + backquoted(name) + " has a label " + backquoted(matcher.label));
    } else {
      check_value(scope, name, matcher, labels.always_has(matcher.label), report);
    }
  }
}

}  // namespace

void check_series(const Scope& scope, const Rule& rule, Report& report) {
  walk(*rule.expr, [&](const Expr& expr) {
    if (const auto* selector = expr.as<Selector>()) check_selector(scope, expr, *selector, report);
  });
}

}  // namespace fleet::lint
