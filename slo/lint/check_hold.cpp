#include "slo/lint/check_hold.hpp"

#include "slo/lint/check_comparison.hpp"

namespace fleet::lint {
namespace {

using namespace promql;

using Names = std::set<std::string, std::less<>>;

/// Whether the value depends on more than the newest samples: on a window, on the past, on how long ago
/// something was. `seen` holds the recorded series that were looked into.
bool looks_back(const Scope& scope, const Expr& expr, Names& seen) {
  bool out = false;
  walk(expr, [&](const Expr& node) {
    const auto* selector = node.as<Selector>();
    const auto* call = node.as<Call>();
    bool const past = selector != nullptr && selector->moment.offset.count() > 0;
    bool const age = call != nullptr && call->function->name == "time";
    if (past || age || node.as<RangeSelector>() != nullptr || node.as<Subquery>() != nullptr) out = true;
    if (out || selector == nullptr || !seen.emplace(selector->name()).second) return;
    for (const Rule* rule : scope.rules.recording(selector->name())) {
      if (rule->expr && looks_back(scope, *rule->expr, seen)) out = true;
    }
  });
  return out;
}

/// The first alternative of an `or` that one sample decides; nullptr if there is none.
const Expr* hasty(const Scope& scope, const Expr& expr) {
  const Expr& inner = unwrapped(expr);
  if (const auto* binary = inner.as<Binary>(); binary != nullptr && binary->op == "or") {
    const Expr* const left = hasty(scope, *binary->left);
    return left != nullptr ? left : hasty(scope, *binary->right);
  }
  Names seen;
  return has_condition(inner) && !looks_back(scope, inner, seen) ? &inner : nullptr;
}

}  // namespace

void check_hold(const Scope& scope, const Rule& rule, Report& report) {
  if (!rule.alert || rule.hold_given) return;
  const Expr* const expr = hasty(scope, *rule.expr);
  if (expr == nullptr) return;
  report.expression(expr->span.begin, "one sample decides `" + print(*expr) +
                                          "`: expected `for`, or `for: 0s` where one is meant to be enough");
}

}  // namespace fleet::lint
