#include "slo/lint/promql_ast.hpp"

namespace fleet::promql {

bool Matcher::accepts(std::string_view label_value) const {
  switch (op) {
    case MatchOperator::equal:
      return label_value == value;
    case MatchOperator::not_equal:
      return label_value != value;
    case MatchOperator::regex:
      return re2::RE2::FullMatch({label_value.data(), label_value.size()}, *pattern);
    case MatchOperator::not_regex:
      break;
  }
  return !re2::RE2::FullMatch({label_value.data(), label_value.size()}, *pattern);
}

std::string_view Selector::name() const {
  if (!metric.empty()) return metric;
  for (const Matcher& matcher : matchers) {
    if (matcher.label == "__name__" && matcher.op == MatchOperator::equal) return matcher.value;
  }
  return "";
}

bool Binary::is_comparison() const {
  return op == "==" || op == "!=" || op == "<" || op == "<=" || op == ">" || op == ">=";
}

const Expr& unwrapped(const Expr& expr) {
  const Expr* inner = &expr;
  while (const Paren* paren = inner->as<Paren>()) inner = paren->inner.get();
  return *inner;
}

std::vector<const Expr*> children(const Expr& expr) {
  std::vector<const Expr*> out;
  if (const auto* range = expr.as<RangeSelector>()) out.push_back(range->selector.get());
  if (const auto* subquery = expr.as<Subquery>()) out.push_back(subquery->of.get());
  if (const auto* unary = expr.as<Unary>()) out.push_back(unary->operand.get());
  if (const auto* paren = expr.as<Paren>()) out.push_back(paren->inner.get());
  if (const auto* call = expr.as<Call>()) {
    for (const ExprPtr& argument : call->arguments) out.push_back(argument.get());
  }
  if (const auto* aggregate = expr.as<Aggregate>()) {
    if (aggregate->parameter) out.push_back(aggregate->parameter.get());
    out.push_back(aggregate->of.get());
  }
  if (const auto* binary = expr.as<Binary>()) {
    out.push_back(binary->left.get());
    out.push_back(binary->right.get());
  }
  return out;
}

}  // namespace fleet::promql
