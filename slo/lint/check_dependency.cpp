#include "slo/lint/check_dependency.hpp"

namespace fleet::lint {
namespace {

using namespace promql;

bool same_group(const Rule& a, const Rule& b) {
  return a.group == b.group && a.name.begin().file == b.name.begin().file;
}

}  // namespace

void check_dependency(const Scope& scope, const Rule& rule, Report& report) {
  walk(*rule.expr, [&](const Expr& expr) {
    const auto* selector = expr.as<Selector>();
    if (selector == nullptr || scope.catalogue.find(selector->name()) != nullptr) return;
    // A series that several rules record is read in time if one of them stands before.
    const Rule* late = nullptr;
    for (const Rule* recording : scope.rules.recording(selector->name())) {
      if (!same_group(*recording, rule) || recording->position < rule.position) return;
      late = recording;
    }
    if (late == nullptr) return;
    std::string const name = "`" + std::string(selector->name()) + "`";
    report.expression(expr.span.begin,
                      late == &rule ? name + " is recorded from itself, and nothing else records it"
                                    : name +
                                          " is recorded further down in this group, so what is read here is "
                                          "one evaluation old");
  });
}

}  // namespace fleet::lint
