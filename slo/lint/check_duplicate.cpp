#include "slo/lint/check_duplicate.hpp"

namespace fleet::lint {
namespace {

std::string place_text(const Rule& rule) {
  const Place& place = rule.name.begin();
  return place.file + ":" + std::to_string(place.line);
}

/// Why the later rule should not be there beside the earlier; "" if it may.
std::string objection(const Rule& earlier, const Rule& later) {
  if (earlier.alert != later.alert || earlier.label_text() != later.label_text()) return "";
  bool const same_name = earlier.name.text() == later.name.text();
  if (!later.alert) {
    return same_name ? "`" + later.name.text() + "` is recorded with the same labels at " + place_text(earlier)
                     : "";
  }
  if (!earlier.expr || promql::print(*earlier.expr) != promql::print(*later.expr) || earlier.hold != later.hold)
    return "";
  return same_name ? "the same alert stands at " + place_text(earlier)
                   : "alert `" + earlier.name.text() + "` at " + place_text(earlier) +
                         " has the same expression, labels and `for`";
}

}  // namespace

void check_duplicate(const Scope& scope, const Rule& rule, Report& report) {
  for (const RuleFile& file : scope.rules.files()) {
    for (const Rule& earlier : file.rules) {
      if (&earlier == &rule) return;
      if (std::string message = objection(earlier, rule); !message.empty()) {
        report.at(rule.name.begin(), std::move(message));
        return;
      }
    }
  }
}

}  // namespace fleet::lint
