#include "slo/number_text.hpp"
#include "slo/query_template.hpp"
#include "slo/rules/objective_rules.hpp"
#include "slo/rules/recorded_amounts.hpp"

namespace fleet::slo {

namespace {

using config::format_duration;

/// Writes the conditions of one objective's alerts.
class Conditions {
 public:
  Conditions(const Objective& objective, Reading reading) : objective_(objective), reading_(reading) {}

  std::string either(const BurnWindow& quick, const BurnWindow& slow) const {
    return both(quick) + "or\n" + both(slow);
  }

 private:
  std::string both(const BurnWindow& pair) const {
    std::string const limit =
        " > (" + number_text(objective_.windows.factor(pair)) + " * " + number_text(objective_.budget()) + ")";
    std::string out =
        "(\n    " + burning(pair.short_window, limit) + "\n    and\n    " + burning(pair.long_window, limit);
    if (objective_.min_events > 0)
      out += "\n    and\n    (" + enough_events(objective_, pair.long_window, total(pair.long_window)) + ")";
    return out + "\n)\n";
  }
  std::string burning(milliseconds window, const std::string& limit) const {
    return "max(" + ratio(window) + limit + ") without (sloth_window)";
  }
  std::string ratio(milliseconds window) const {
    if (reading_ == Reading::recorded) return indicator_record(window) + selector_of(objective_);
    return "(" + indicator_expression(objective_, window) + ")";
  }
  std::string total(milliseconds window) const {
    if (reading_ == Reading::recorded) return total_amount_record(window) + selector_of(objective_);
    return "(" + with_window(objective_.indicator.total_query, format_duration(window)) + ")";
  }

  const Objective& objective_;
  Reading reading_;
};

Rule burn_alert(const AlertOptions& options, const std::string& severity, std::string expression) {
  std::string const subject = "{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is ";
  Rule out;
  out.alert = options.name;
  out.expression = std::move(expression);
  out.hold = options.hold;
  out.labels = merged({{"sloth_severity", severity}}, options.labels);
  out.annotations = merged(
      {{"title", "(" + severity + ") " + subject + "too fast."}, {"summary", subject + "over expected."}},
      options.annotations);
  return out;
}

/// Without events a ratio is NaN, or absent if the series were never born; both are idleness while the source
/// lives.
Rule missing_data_alert(const Objective& objective, Reading reading) {
  auto const& missing = *objective.missing_data;
  milliseconds const shortest = objective.windows.page_quick.short_window;
  std::string const series = reading == Reading::recorded ? indicator_record(shortest) + selector_of(objective)
                                                          : indicator_expression(objective, shortest);
  Rule out;
  out.alert = missing.alert.name;
  out.expression = "absent(" + series + ")\nunless on ()\n(max(" + missing.alive + ") > 0)\n";
  out.hold = missing.alert.hold;
  out.labels = missing.alert.labels;
  out.annotations = merged(
      {{"title", objective.service + " " + objective.name + " SLO is not measured."},
       {"summary", "The indicator is absent and its source is not read: this is no idleness but a fault."}},
      missing.alert.annotations);
  return out;
}

}  // namespace

std::vector<Rule> alert_rules(const Objective& objective, Reading reading) {
  auto const& windows = objective.windows;
  Conditions const conditions(objective, reading);
  std::vector<Rule> out;
  if (objective.page.enabled)
    out.push_back(burn_alert(objective.page, "page", conditions.either(windows.page_quick, windows.page_slow)));
  if (objective.ticket.enabled)
    out.push_back(
        burn_alert(objective.ticket, "ticket", conditions.either(windows.ticket_quick, windows.ticket_slow)));
  if (objective.missing_data) out.push_back(missing_data_alert(objective, reading));
  return out;
}

}  // namespace fleet::slo
