#include <algorithm>

#include "slo/lint/promql.hpp"

namespace fleet::promql {
namespace {

using enum Type;

void require(const Expr& expr, Type wanted, const std::string& where) {
  Type const got = type_of(expr);
  if (got == wanted) return;
  throw SyntaxError(expr.span.begin, "expected " + std::string(name_of(wanted)) + " " + where + ", got " +
                                         std::string(name_of(got)));
}

Type type_of_node(const Number&, const Expr&) { return scalar; }
Type type_of_node(const Text&, const Expr&) { return text; }
Type type_of_node(const Paren& paren, const Expr&) { return type_of(*paren.inner); }

Type type_of_node(const Selector& selector, const Expr& expr) {
  bool narrow = !selector.metric.empty();
  for (const Matcher& matcher : selector.matchers) {
    if (!selector.metric.empty() && matcher.label == "__name__") {
      throw SyntaxError(matcher.span.begin, "expected one name of the metric, got a second one");
    }
    narrow = narrow || !matcher.accepts("");
  }
  if (!narrow) throw SyntaxError(expr.span.begin, "expected a matcher that does not accept every series");
  return vector;
}

Type type_of_node(const RangeSelector& selector, const Expr&) {
  type_of(*selector.selector);
  return range;
}

Type type_of_node(const Subquery& subquery, const Expr&) {
  require(*subquery.of, vector, "in a subquery");
  return range;
}

Type type_of_node(const Unary& unary, const Expr& expr) {
  Type const type = type_of(*unary.operand);
  if (type == scalar || type == vector) return type;
  throw SyntaxError(expr.span.begin,
                    "expected a scalar or an instant vector after the sign, got " + std::string(name_of(type)));
}

Type type_of_node(const Aggregate& aggregate, const Expr&) {
  require(*aggregate.of, vector, "in " + aggregate.op);
  if (aggregate.parameter) {
    require(*aggregate.parameter, aggregate.op == "count_values" ? text : scalar,
            "as parameter of " + aggregate.op);
  }
  return vector;
}

Type type_of_node(const Call& call, const Expr& expr) {
  const Function& function = *call.function;
  std::size_t const most = function.arguments.size(), got = call.arguments.size();
  std::size_t const least = most - (function.optional == 0 ? 0 : 1);
  bool const open = function.optional < 0;
  if (got < least || (got > most && !open)) {
    std::string const wanted = open            ? "at least " + std::to_string(least)
                               : least == most ? std::to_string(most)
                                               : std::to_string(least) + " or " + std::to_string(most);
    throw SyntaxError(expr.span.begin, "expected " + wanted + (wanted == "1" ? " argument" : " arguments") +
                                           " for " + std::string(function.name) + "(), got " +
                                           std::to_string(got));
  }
  for (std::size_t i = 0; i < got; ++i) {
    require(*call.arguments[i], function.arguments[std::min(i, most - 1)],
            "as argument of " + std::string(function.name) + "()");
  }
  return function.result;
}

void check_matching(const Binary& binary, bool vectors) {
  std::size_t const at = binary.op_span.begin;
  if (!vectors && !binary.labels.empty()) {
    throw SyntaxError(at, "expected instant vectors on both sides of an operator with on or ignoring");
  }
  if (vectors && binary.is_set() && binary.group != Group::none) {
    throw SyntaxError(at, "expected no group_left or group_right after `" + binary.op + "`");
  }
  if (!binary.on) return;
  for (const std::string& label : binary.include) {
    if (std::find(binary.labels.begin(), binary.labels.end(), label) != binary.labels.end()) {
      throw SyntaxError(at, "expected label `" + label + "` either in on or in the group modifier");
    }
  }
}

Type type_of_node(const Binary& binary, const Expr&) {
  std::size_t const at = binary.op_span.begin;
  Type const left = type_of(*binary.left), right = type_of(*binary.right);
  if (binary.return_bool && !binary.is_comparison()) {
    throw SyntaxError(at, "expected bool after a comparison only");
  }
  bool const scalars = left == scalar && right == scalar;
  if (binary.is_comparison() && !binary.return_bool && scalars) {
    throw SyntaxError(at, "expected bool after a comparison of two scalars");
  }
  for (const Expr* side : {binary.left.get(), binary.right.get()}) {
    Type const type = side == binary.left.get() ? left : right;
    if (type == scalar || type == vector) continue;
    throw SyntaxError(side->span.begin, "expected a scalar or an instant vector beside `" + binary.op +
                                            "`, got " + std::string(name_of(type)));
  }
  bool const vectors = left == vector && right == vector;
  check_matching(binary, vectors);
  if (binary.is_set() && !vectors) {
    throw SyntaxError(at, "expected instant vectors on both sides of `" + binary.op + "`");
  }
  return scalars ? scalar : vector;
}

}  // namespace

Type type_of(const Expr& expr) {
  return std::visit([&](const auto& node) { return type_of_node(node, expr); }, expr.node);
}

std::string_view name_of(Type type) {
  switch (type) {
    case scalar:
      return "a scalar";
    case vector:
      return "an instant vector";
    case range:
      return "a range vector";
    case text:
      break;
  }
  return "a text";
}

}  // namespace fleet::promql
