#include "slo/query_template.hpp"
#include "slo/rules/objective_rules.hpp"
#include "slo/rules/recorded_amounts.hpp"

namespace fleet::slo {

namespace {

using config::format_duration;

Rule window_rule(const Objective& objective, milliseconds window, std::string expression) {
  Rule out;
  out.record = indicator_record(window);
  out.expression = std::move(expression);
  out.labels = objective.all_labels();
  out.labels.insert_or_assign("sloth_window", format_duration(window));
  return out;
}

/// Every ratio of the shortest window weighs the same, however few events it stands for.
std::string mean_over_time(const Objective& objective, milliseconds period) {
  std::string const series = indicator_record(objective.windows.page_quick.short_window) +
                             selector_of(objective) + "[" + format_duration(period) + "]";
  return "sum_over_time(" + series + ")\n/ ignoring (sloth_window)\ncount_over_time(" + series + ")\n";
}

std::string share_of_events(const Objective& objective, milliseconds period) {
  milliseconds const shortest = objective.windows.page_quick.short_window;
  std::string const rest = selector_of(objective) + "[" + format_duration(period) + "]";
  return "sum_over_time(" + error_amount_record(shortest) + rest + ")\n/\n(sum_over_time(" +
         total_amount_record(shortest) + rest + ") > 0)\n";
}

std::string period_expression(const Objective& objective) {
  milliseconds const period = objective.windows.period;
  if (objective.weigh_events) return share_of_events(objective, period);
  if (objective.parts.period_from_recordings) return mean_over_time(objective, period);
  return indicator_expression(objective, period) + "\n";
}

}  // namespace

Labels merged(Labels base, const Labels& over) {
  for (const auto& [name, value] : over) base.insert_or_assign(name, value);
  return base;
}

std::string indicator_record(milliseconds window) {
  return "slo:sli_error:ratio_rate" + format_duration(window);
}

std::string selector_of(const Objective& objective) {
  std::string out;
  for (const auto& [name, value] : objective.identity())
    out += (out.empty() ? "{" : ", ") + name + "=\"" + value + "\"";
  return out + "}";
}

std::string indicator_expression(const Objective& objective, milliseconds window) {
  auto const& indicator = objective.indicator;
  std::string const length = format_duration(window);
  if (!indicator.has_events()) return "(" + with_window(indicator.ratio_query, length) + ")";
  std::string const total = "(" + with_window(indicator.total_query, length) + ")";
  return "(" + with_window(indicator.error_query, length) + ")\n/\n" +
         (objective.parts.absent_when_idle ? "(" + total + " > 0)" : total);
}

std::vector<Rule> indicator_rules(const Objective& objective) {
  std::vector<Rule> out;
  for (auto const window : objective.windows.lengths()) {
    std::string const end = objective.indicator.has_events() ? "\n" : "";
    out.push_back(window_rule(objective, window, indicator_expression(objective, window) + end));
  }
  for (auto& rule : amount_rules(objective)) out.push_back(std::move(rule));
  out.push_back(window_rule(objective, objective.windows.period, period_expression(objective)));
  return out;
}

}  // namespace fleet::slo
