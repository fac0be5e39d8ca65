// PromQL: from text to tree and back.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "slo/lint/promql_ast.hpp"

namespace fleet::promql {

/// A text that Prometheus 2.42 would refuse; `offset` is the byte where it goes wrong.
class SyntaxError : public std::runtime_error {
 public:
  SyntaxError(std::size_t at, const std::string& message) : std::runtime_error(message), offset(at) {}
  std::size_t offset;
};

/// Parses and type-checks, as Prometheus does when it loads a rule. Throws SyntaxError. Trees deeper than 500
/// are refused (Prometheus takes them), so that everything which walks a tree may recurse.
ExprPtr parse(std::string_view text);

/// What kind of value the expression has. Throws SyntaxError where an operand has the wrong kind; never of a
/// tree that parse() returned.
Type type_of(const Expr& expr);
std::string_view name_of(Type type);

/// The expression on one line, spelt as Prometheus' own printer spells it: equal trees have equal texts.
std::string print(const Expr& expr);

/// nullptr if there is no function of this name.
const Function* find_function(std::string_view name);

}  // namespace fleet::promql
