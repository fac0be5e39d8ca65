#include "slo/lint/check_counter.hpp"

#include <set>

namespace fleet::lint {
namespace {

using namespace promql;

/// The first counter whose own value decides the expression's; nullptr if there is none.
const Expr* raw_counter(const Scope& scope, const Expr& expr) {
  const Expr& inner = unwrapped(expr);
  if (const auto* selector = inner.as<Selector>()) {
    const KnownMetric* metric = scope.catalogue.find(selector->name());
    return metric != nullptr && metric->type == MetricType::counter ? &inner : nullptr;
  }
  if (const auto* aggregate = inner.as<Aggregate>()) {
    bool const counts = aggregate->op == "count" || aggregate->op == "group" || aggregate->op == "count_values";
    return counts ? nullptr : raw_counter(scope, *aggregate->of);
  }
  if (const auto* call = inner.as<Call>()) {
    static const std::set<std::string_view> through{"abs",           "ceil",  "floor", "label_join",
                                                    "label_replace", "round", "sort"};
    return through.contains(call->function->name) ? raw_counter(scope, *call->arguments[0]) : nullptr;
  }
  return nullptr;
}

/// Whether the expression is `x unless x offset D`: the series that are new.
bool is_newness(const Binary& unless) {
  const auto* past = unwrapped(*unless.right).as<Selector>();
  const auto* compared = unwrapped(*unless.left).as<Binary>();
  if (unless.op != "unless" || past == nullptr || compared == nullptr || past->moment.offset.count() <= 0)
    return false;
  const auto* now = unwrapped(*compared->left).as<Selector>();
  return now != nullptr && now->name() == past->name();
}

}  // namespace

void check_counter(const Scope& scope, const Rule& rule, Report& report) {
  std::set<const Expr*> of_new_series;
  walk(*rule.expr, [&](const Expr& expr) {
    const auto* binary = expr.as<Binary>();
    if (binary == nullptr) return;
    const Expr& left = unwrapped(*binary->left);
    if (is_newness(*binary)) of_new_series.insert(&left);
    if (!binary->is_comparison() || of_new_series.contains(&expr)) return;
    bool const constant_right = type_of(*binary->right) == Type::scalar;
    if (!constant_right && type_of(*binary->left) != Type::scalar) return;
    const Expr* counter = raw_counter(scope, constant_right ? *binary->left : *binary->right);
    if (counter == nullptr) return;
    std::string const name(counter->as<Selector>()->name());
    report.expression(counter->span.begin,
                      "counter `" + name + "` is compared as it stands: it stays above a threshold until its " +
                          "program restarts; use increase() or rate()");
  });
}

}  // namespace fleet::lint
