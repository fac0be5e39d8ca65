#include "slo/rules/recorded_amounts.hpp"

#include <set>

#include "slo/number_text.hpp"
#include "slo/query_template.hpp"

namespace fleet::slo {

namespace {

using config::format_duration;

Rule amount_rule(const Objective& objective, std::string record, std::string expression) {
  Rule out;
  out.record = std::move(record);
  out.expression = std::move(expression);
  out.labels = objective.all_labels();
  return out;
}

}  // namespace

std::string total_amount_record(milliseconds window) {
  return "slo:sli_total:amount" + format_duration(window);
}
std::string error_amount_record(milliseconds window) {
  return "slo:sli_error:amount" + format_duration(window);
}

std::vector<Rule> amount_rules(const Objective& objective) {
  auto const& windows = objective.windows;
  std::set<milliseconds> totals;
  if (objective.weigh_events) totals.insert(windows.page_quick.short_window);
  if (objective.min_events > 0) {
    for (const auto& pair : {windows.page_quick, windows.page_slow, windows.ticket_quick, windows.ticket_slow})
      totals.insert(pair.long_window);
  }
  std::vector<Rule> out;
  for (auto const window : totals) {
    out.push_back(amount_rule(objective, total_amount_record(window),
                              with_window(objective.indicator.total_query, format_duration(window))));
  }
  if (!objective.weigh_events) return out;
  std::string const shortest = format_duration(windows.page_quick.short_window);
  // No series of errors is no error: a sum over time would otherwise leave these minutes out of one sum only.
  out.push_back(amount_rule(objective, error_amount_record(windows.page_quick.short_window),
                            "(" + with_window(objective.indicator.error_query, shortest) + ")\nor\n0 * (" +
                                with_window(objective.indicator.total_query, shortest) + ")\n"));
  return out;
}

std::string enough_events(const Objective& objective, milliseconds window, const std::string& total) {
  std::string out = total;
  if (objective.indicator.unit == Indicator::Unit::per_second)
    out += " * " + number_text(std::chrono::duration<double>(window).count());
  return out + " >= " + number_text(objective.min_events);
}

}  // namespace fleet::slo
