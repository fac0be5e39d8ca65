// The tree of a PromQL expression, as Prometheus 2.42 reads it.
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fleet::promql {

enum class Type { scalar, vector, range, text };

/// Bytes of the expression's text, end exclusive.
struct Span {
  std::size_t begin = 0, end = 0;
};

enum class MatchOperator { equal, not_equal, regex, not_regex };

struct Matcher {
  std::string label;
  MatchOperator op;
  std::string value;
  Span span;
  std::shared_ptr<const re2::RE2> pattern;  ///< of the two regex operators
  /// Whether a series whose label has this value is selected; "" stands for a series without the label.
  bool accepts(std::string_view label_value) const;
};

/// The modifiers `offset` and `@`.
struct Moment {
  std::chrono::milliseconds offset{0};
  std::optional<double> at;  ///< Unix seconds
  enum class Anchor { none, start, end } anchor = Anchor::none;
  bool pinned() const { return at.has_value() || anchor != Anchor::none; }
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Number {
  double value;
};
struct Text {
  std::string value;
};
struct Selector {
  std::string metric;               ///< written before the braces; "" if it was not
  std::vector<Matcher> matchers{};  ///< those in the braces
  Moment moment{};
  /// The metric's name, from `__name__="x"` too; "" if only a pattern or nothing is given.
  std::string_view name() const;
};
struct RangeSelector {
  ExprPtr selector;  ///< always a Selector; it also holds the moment
  std::chrono::milliseconds length;
};
struct Subquery {
  ExprPtr of;
  std::chrono::milliseconds length;
  std::optional<std::chrono::milliseconds> step;  ///< none: the global evaluation interval
  Moment moment{};
};

struct Function {
  std::string_view name;
  Type result;
  std::vector<Type> arguments;
  int optional = 0;  ///< how many of the arguments may be left out; -1: the last may be repeated or left out
};
struct Call {
  const Function* function;
  std::vector<ExprPtr> arguments;
};

struct Aggregate {
  std::string op;  ///< lower case
  ExprPtr parameter;
  ExprPtr of;
  bool without = false;
  std::vector<std::string> labels;
};

enum class Group { none, left, right };
struct Binary {
  std::string op;  ///< lower case
  ExprPtr left, right;
  bool return_bool = false;
  bool on = false;  ///< `labels` are those to match on; else those to ignore
  std::vector<std::string> labels;
  Group group = Group::none;
  std::vector<std::string> include;
  Span op_span;
  bool is_comparison() const;
  bool is_set() const { return op == "and" || op == "or" || op == "unless"; }
};
struct Unary {
  char sign;
  ExprPtr operand;
};
struct Paren {
  ExprPtr inner;
};

struct Expr {
  std::variant<Number, Text, Selector, RangeSelector, Subquery, Call, Aggregate, Binary, Unary, Paren> node;
  Span span;
  int depth = 1;  ///< of the tree below, itself included

  template <class Node>
  const Node* as() const {
    return std::get_if<Node>(&node);
  }
};

/// The expression inside any number of parentheses.
const Expr& unwrapped(const Expr& expr);
/// The operands, arguments or inner expressions, in the order in which they are written.
std::vector<const Expr*> children(const Expr& expr);
/// Calls `visit` for the expression and everything below it, parents first.
template <class Visit>
void walk(const Expr& expr, const Visit& visit) {
  visit(expr);
  for (const Expr* child : children(expr)) walk(*child, visit);
}

}  // namespace fleet::promql
