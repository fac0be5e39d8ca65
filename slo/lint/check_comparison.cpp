#include "slo/lint/check_comparison.hpp"

namespace fleet::lint {

using namespace promql;

bool has_condition(const Expr& expr) {
  const Expr& inner = unwrapped(expr);
  if (const auto* binary = inner.as<Binary>()) {
    if (binary->is_comparison() && !binary->return_bool) return true;
    if (binary->op == "unless") return true;
    if (binary->op == "or") return has_condition(*binary->left) && has_condition(*binary->right);
    return has_condition(*binary->left) || has_condition(*binary->right);
  }
  if (const auto* call = inner.as<Call>()) {
    if (call->function->name.starts_with("absent")) return true;
    if (call->function->result == Type::scalar) return false;
    for (const ExprPtr& argument : call->arguments) {
      if (type_of(*argument) == Type::vector && has_condition(*argument)) return true;
    }
    return false;
  }
  if (const auto* aggregate = inner.as<Aggregate>()) return has_condition(*aggregate->of);
  if (const auto* unary = inner.as<Unary>()) return has_condition(*unary->operand);
  return false;
}

namespace {

/// The alternative of an `or` that has no condition.
const Expr& unconditional(const Expr& expr) {
  const Expr& inner = unwrapped(expr);
  const auto* binary = inner.as<Binary>();
  if (binary == nullptr || binary->op != "or") return inner;
  return unconditional(has_condition(*binary->left) ? *binary->right : *binary->left);
}

bool counts_series(const Expr& expr) {
  const Expr& inner = unwrapped(expr);
  const auto* aggregate = inner.as<Aggregate>();
  const auto* call = inner.as<Call>();
  return (aggregate != nullptr &&
          (aggregate->op == "count" || aggregate->op == "count_values" || aggregate->op == "group")) ||
         (call != nullptr && call->function->name.starts_with("absent"));
}

void check_always(const Scope& scope, const Binary& binary, Report& report) {
  if (!binary.is_comparison() || binary.return_bool || counts_series(*binary.left) ||
      counts_series(*binary.right))
    return;
  Verdict const verdict = compare(binary.op, scope.values.of(*binary.left), scope.values.of(*binary.right));
  if (verdict != Verdict::always) return;
  report.expression(binary.op_span.begin, "`" + print(*binary.left) + " " + binary.op + " " +
                                              print(*binary.right) +
                                              "` holds for every value that there can be");
}

}  // namespace

void check_comparison(const Scope& scope, const Rule& rule, Report& report) {
  if (!rule.alert) return;
  Type const type = type_of(*rule.expr);
  if (type != Type::vector) {
    report.expression(0, "expected an instant vector with a condition, got " + std::string(name_of(type)));
    return;
  }
  if (!has_condition(*rule.expr)) {
    const Expr& bare = unconditional(*rule.expr);
    const auto* binary = bare.as<Binary>();
    bool const returns_bool = binary != nullptr && binary->return_bool;
    report.expression(
        bare.span.begin,
        "`" + print(bare) + "` has no condition, so the alert fires as long as its series exist" +
            (returns_bool ? ": bool returns 0 where a comparison alone would return nothing" : ""));
  }
  walk(*rule.expr, [&](const Expr& expr) {
    if (const auto* binary = expr.as<Binary>()) check_always(scope, *binary, report);
  });
}

}  // namespace fleet::lint
