#include "slo/lint/check_impossible.hpp"

#include <cmath>

namespace fleet::lint {
namespace {

using namespace promql;

std::string number_text(double value) { return print(Expr{Number{value}, {}, 1}); }

std::string described(const Interval& range) {
  if (range.is_point()) return "is always " + number_text(range.least);
  bool const below = std::isfinite(range.least), above = std::isfinite(range.most);
  if (below && above) return "lies between " + number_text(range.least) + " and " + number_text(range.most);
  if (above) return "is at most " + number_text(range.most);
  return below ? "is at least " + number_text(range.least) : "can be anything";
}

void check_comparison_of(const Scope& scope, const Binary& binary, Report& report) {
  std::size_t const at = binary.op_span.begin;
  bool const strict = binary.op == ">" || binary.op == "<" || binary.op == "!=";
  bool const default_matching = !binary.on && binary.labels.empty() && binary.group == Group::none;
  if (strict && default_matching && print(unwrapped(*binary.left)) == print(unwrapped(*binary.right))) {
    report.expression(at, "both sides of `" + binary.op + "` are the same, so it never holds");
    return;
  }
  Interval const left = scope.values.of(*binary.left), right = scope.values.of(*binary.right);
  // An operand that never has a value has a finding of its own.
  if (left.is_empty() || right.is_empty() || compare(binary.op, left, right) != Verdict::never) return;
  bool const left_known =
      !(std::isinf(left.least) && std::isinf(left.most)) && unwrapped(*binary.left).as<Number>() == nullptr;
  const Expr& known = left_known ? *binary.left : *binary.right;
  report.expression(at, "`" + print(*binary.left) + " " + binary.op + " " + print(*binary.right) +
                            "` never holds: `" + print(unwrapped(known)) + "` " +
                            described(left_known ? left : right));
}

/// What a chain of `and` demands of the value of each expression that it compares with a number.
class Conjunction {
 public:
  explicit Conjunction(Report& report) : report_(report) {}

  void add(const Scope& scope, const Expr& expr) {
    const auto* binary = unwrapped(expr).as<Binary>();
    if (binary == nullptr || binary->return_bool) return;
    if (binary->op == "and" && !binary->on && binary->labels.empty()) {
      add(scope, *binary->left);
      add(scope, *binary->right);
    } else if (binary->is_comparison()) {
      bool const swapped = type_of(*binary->left) == Type::scalar;
      demand(*binary, swapped ? *binary->right : *binary->left,
             scope.values.of(swapped ? *binary->left : *binary->right),
             swapped ? mirrored(binary->op) : binary->op);
    }
  }

 private:
  void demand(const Binary& binary, const Expr& compared, const Interval& with, std::string_view op) {
    if (!with.is_point()) return;
    std::string const text = print(unwrapped(compared));
    auto const [found, fresh] = demands_.emplace(text, Interval{});
    found->second = filtered(op, found->second, with);
    if (!fresh && found->second.is_empty()) {
      report_.expression(binary.op_span.begin,
                         "the conditions on `" + text + "` exclude each other, so they never hold together");
    }
  }

  Report& report_;
  std::map<std::string, Interval> demands_;
};

void check_matchers(const Selector& selector, Report& report) {
  for (const Matcher& exact : selector.matchers) {
    if (exact.op != MatchOperator::equal) continue;
    for (const Matcher& other : selector.matchers) {
      if (&other == &exact || other.label != exact.label || other.accepts(exact.value)) continue;
      if (other.op == MatchOperator::equal && &other < &exact) continue;
      report.expression(other.span.begin, "the matchers on label `" + exact.label + "` exclude each other");
    }
  }
}

void check_unless(const Binary& binary, Report& report) {
  if (binary.op != "unless" || print(unwrapped(*binary.left)) != print(unwrapped(*binary.right))) return;
  report.expression(binary.op_span.begin, "both sides of `unless` are the same, so nothing is left");
}

}  // namespace

void check_impossible(const Scope& scope, const Rule& rule, Report& report) {
  std::set<const Expr*> inner_ands;
  walk(*rule.expr, [&](const Expr& expr) {
    if (const auto* selector = expr.as<Selector>()) check_matchers(*selector, report);
    const auto* binary = expr.as<Binary>();
    if (binary == nullptr) return;
    if (binary->is_comparison()) check_comparison_of(scope, *binary, report);
    check_unless(*binary, report);
    if (binary->op != "and") return;
    inner_ands.insert(&unwrapped(*binary->left));
    inner_ands.insert(&unwrapped(*binary->right));
    if (!inner_ands.contains(&expr)) Conjunction(report).add(scope, expr);
  });
}

}  // namespace fleet::lint
