#include "slo/lint/check_template.hpp"

#include <algorithm>
#include <set>

namespace fleet::lint {
namespace {

/// Calls `visit(offset, name)` for each label that the actions `{{ }}` of a template read.
template <class Visit>
void for_each_label(const std::string& text, const Visit& visit) {
  static const re2::RE2 label(R"((?:\$labels\.|\.Labels\.|\$labels\s+"|\.Labels\s+")([a-zA-Z_][a-zA-Z0-9_]*))");
  for (std::size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{", open + 2)) {
    std::size_t const close = std::min(text.find("}}", open), text.size());
    re2::StringPiece rest(text.data() + open, close - open), name;
    while (re2::RE2::FindAndConsume(&rest, label, &name)) {
      visit(static_cast<std::size_t>(name.data() - text.data()), std::string(name));
    }
  }
}

bool reads_value(const std::string& text) {
  static const re2::RE2 value(R"(\{\{[^}]*(?:\$value|\.Value)\b)");
  return re2::RE2::PartialMatch(text, value);
}

}  // namespace

void check_template(const Scope& scope, const Rule& rule, Report& report) {
  if (!rule.alert) return;
  LabelSet const labels = scope.labels.of(*rule.expr);
  auto const check = [&](const PlacedText& text) {
    std::set<std::string> seen;
    for_each_label(text.text(), [&](std::size_t offset, const std::string& name) {
      if (labels.may_have(name) || !seen.insert(name).second) return;
      report.at(text.at(offset), "the expression's series have no label `" + name + "`, so this stays empty");
    });
  };
  for (const auto& [name, text] : rule.annotations) check(text);
  for (const auto& [name, text] : rule.labels) {
    check(text);
    if (reads_value(text.text())) {
      report.at(text.begin(),
                "label " + name + " holds the value: each new value is a new alert, whose `for` begins anew");
    }
  }
}

}  // namespace fleet::lint
