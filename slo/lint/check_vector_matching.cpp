#include "slo/lint/check_vector_matching.hpp"

#include <algorithm>

namespace fleet::lint {
namespace {

using namespace promql;

bool contains(const std::vector<std::string>& labels, const std::string& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

std::string obstacle_between(const std::string& label, const LabelSet& left, const LabelSet& right) {
  return obstacle(label, left, "the left side", right, "the right side");
}

std::string consequence(const Binary& binary) {
  return binary.op == "unless" ? "`unless` never excludes anything: "
                               : "the two sides of `" + binary.op + "` never match: ";
}

void check_on(const Binary& binary, const LabelSet& left, const LabelSet& right, Report& report) {
  for (const std::string& label : binary.labels) {
    if (!left.may_have(label) && !right.may_have(label)) {
      report.expression(binary.op_span.begin, "on (" + label + "): neither side has this label");
    } else if (std::string const why = obstacle_between(label, left, right); !why.empty()) {
      report.expression(binary.op_span.begin, consequence(binary) + why);
      return;
    }
  }
}

void check_all_labels(const Binary& binary, const LabelSet& left, const LabelSet& right, Report& report) {
  for (const LabelSet* side : {&left, &right}) {
    for (const auto& [label, knowledge] : side->known()) {
      if (contains(binary.labels, label)) continue;
      std::string const why = obstacle_between(label, left, right);
      if (why.empty()) continue;
      report.expression(binary.op_span.begin, consequence(binary) + why);
      return;
    }
  }
}

void check_binary(const Scope& scope, const Binary& binary, Report& report) {
  if (type_of(*binary.left) != Type::vector || type_of(*binary.right) != Type::vector) return;
  LabelSet const left = scope.labels.of(*binary.left), right = scope.labels.of(*binary.right);
  if (binary.op != "or") {
    binary.on ? check_on(binary, left, right, report) : check_all_labels(binary, left, right, report);
  }
  if (binary.group == Group::none) return;
  const LabelSet& one = binary.group == Group::left ? right : left;
  for (const std::string& label : binary.include) {
    if (!one.may_have(label)) {
      report.expression(binary.op_span.begin,
                        "the side that label " + backquoted(label) + " shall be copied from does not have it");
    }
  }
}

void check_aggregate(const Scope& scope, const Expr& expr, const Aggregate& aggregate, Report& report) {
  if (aggregate.without) return;
  LabelSet const inner = scope.labels.of(*aggregate.of);
  for (const std::string& label : aggregate.labels) {
    if (!inner.may_have(label)) {
      report.expression(expr.span.begin, aggregate.op + " by (" + label + "): no series here has this label");
    }
  }
}

}  // namespace

void check_vector_matching(const Scope& scope, const Rule& rule, Report& report) {
  walk(*rule.expr, [&](const Expr& expr) {
    if (const auto* binary = expr.as<Binary>()) check_binary(scope, *binary, report);
    if (const auto* aggregate = expr.as<Aggregate>()) check_aggregate(scope, expr, *aggregate, report);
  });
}

}  // namespace fleet::lint
