#include "slo/lint/check_rate.hpp"

#include <set>

#include "core/config/document.hpp"

namespace fleet::lint {
namespace {

using namespace promql;

const std::set<std::string_view> for_counters{"increase", "irate", "rate", "resets"};
const std::set<std::string_view> for_gauges{"delta", "deriv", "holt_winters", "idelta", "predict_linear"};

std::string called(const Function& function) { return std::string(function.name) + "()"; }

/// The counters or gauges that a recording rule adds up as they stand.
bool is_sum_of_counters(const Scope& scope, std::string_view series) {
  for (const Rule* rule : scope.rules.recording(series)) {
    const auto* sum = rule->expr ? unwrapped(*rule->expr).as<Aggregate>() : nullptr;
    const auto* selector = sum == nullptr ? nullptr : unwrapped(*sum->of).as<Selector>();
    const KnownMetric* metric = selector == nullptr ? nullptr : scope.catalogue.find(selector->name());
    if (metric != nullptr && sum->op == "sum" && metric->type == MetricType::counter) return true;
  }
  return false;
}

// Two samples are needed, a window may begin between two scrapes, and one scrape may fail.
constexpr int scrapes_needed = 4;

void check_window(const Scope& scope, const Expr& argument, const Function& function, Report& report) {
  auto const least = scrapes_needed * scope.demands.scrape_interval;
  if (const auto* range = argument.as<RangeSelector>(); range != nullptr && range->length < least) {
    report.expression(argument.span.begin,
                      called(function) + " over " + config::format_duration(range->length) +
                          " sees fewer than two samples as soon as a scrape fails: expected at least " +
                          config::format_duration(least) + ", four times the scrape interval");
  }
  const auto* subquery = argument.as<Subquery>();
  if (subquery != nullptr && subquery->step && subquery->length < 2 * *subquery->step) {
    report.expression(argument.span.begin, called(function) + " over " +
                                               config::format_duration(subquery->length) + " in steps of " +
                                               config::format_duration(*subquery->step) +
                                               " sees fewer than two samples");
  }
}

void check_kind(const Scope& scope, const Expr& argument, const Function& function, Report& report) {
  const auto* range = argument.as<RangeSelector>();
  if (range == nullptr) return;
  std::string const name(range->selector->as<Selector>()->name());
  bool const grows = for_counters.contains(function.name);
  if (grows && is_sum_of_counters(scope, name)) {
    report.expression(argument.span.begin,
                      called(function) + " of `" + name +
                          "`, which is recorded as a sum of counters: restarts of one of them "
                          "look like resets of all; take the rate first, then sum");
  }
  const KnownMetric* metric = scope.catalogue.find(name);
  if (metric == nullptr) return;
  if (grows && metric->type == MetricType::gauge) {
    report.expression(argument.span.begin,
                      called(function) + " of gauge `" + name + "`: what falls is taken for a reset");
  } else if (!grows && metric->type == MetricType::counter) {
    report.expression(argument.span.begin, called(function) + " of counter `" + name +
                                               "`: a restart looks like a fall; use rate() or increase()");
  }
}

}  // namespace

void check_rate(const Scope& scope, const Rule& rule, Report& report) {
  walk(*rule.expr, [&](const Expr& expr) {
    const auto* call = expr.as<Call>();
    if (call == nullptr) return;
    const Function& function = *call->function;
    if (!for_counters.contains(function.name) && !for_gauges.contains(function.name)) return;
    check_window(scope, unwrapped(*call->arguments[0]), function, report);
    check_kind(scope, unwrapped(*call->arguments[0]), function, report);
  });
}

}  // namespace fleet::lint
