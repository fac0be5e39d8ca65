#include "slo/explanation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "slo/number_text.hpp"
#include "slo/rules/recorded_amounts.hpp"

namespace fleet::slo {

namespace {

double seconds_of(milliseconds length) { return std::chrono::duration<double>(length).count(); }

std::string when(const std::optional<double>& seconds) {
  return seconds ? "after " + span_text(*seconds) : "never";
}

std::optional<double> sooner(const Objective& objective, const BurnWindow& quick, const BurnWindow& slow,
                             double ratio) {
  auto const first = detection_seconds(objective, quick, ratio),
             second = detection_seconds(objective, slow, ratio);
  if (!first || !second) return first ? first : second;
  return std::min(*first, *second);
}

std::string condition(const Objective& objective, const BurnWindow& pair) {
  double const factor = objective.windows.factor(pair);
  return "more than " + percent_text(factor * objective.budget()) + " bad over " +
         config::format_duration(pair.long_window) + " and still over " +
         config::format_duration(pair.short_window) + " (" + rounded_text(factor) + " times too fast, " +
         rounded_text(pair.budget_percent) + " % of the budget gone)";
}

std::string alert_lines(const Objective& objective, const AlertOptions& alert, const std::string& kind,
                        const BurnWindow& quick, const BurnWindow& slow) {
  if (!alert.enabled) return "  No " + kind + ".\n";
  std::string out = "  " + std::string(kind == "page" ? "Page" : "Ticket") + " " + alert.name + ", when\n";
  out += "    - " + condition(objective, quick) + ", or\n    - " + condition(objective, slow) + ".\n";
  if (alert.hold.count() > 0) out += "    It must last " + config::format_duration(alert.hold) + " more.\n";
  if (objective.min_events > 0)
    out +=
        "    Silent while the long window holds fewer than " + number_text(objective.min_events) + " events.\n";
  return out;
}

std::string detection_lines(const Objective& objective) {
  static constexpr std::array<double, 5> ratios{1, 0.5, 0.1, 0.01, 0.001};
  std::string out = "  Of all events bad    page              ticket\n";
  for (double const ratio : ratios) {
    auto const page = objective.page.enabled ? page_seconds(objective, ratio) : std::nullopt;
    auto const ticket = objective.ticket.enabled ? ticket_seconds(objective, ratio) : std::nullopt;
    std::string line = "    " + percent_text(ratio) + (ratio == 1 ? " (outage)" : "");
    line.resize(std::max<std::size_t>(line.size() + 2, 23), ' ');
    line += when(page);
    line.resize(std::max<std::size_t>(line.size() + 2, 41), ' ');
    out += line + when(ticket) + "\n";
  }
  return out + "  Evaluation and scrape intervals come on top.\n";
}

std::string cost_line(const Objective& objective, double seconds) {
  double const cost = outage_cost(objective, seconds);
  std::string out = "    " + span_text(seconds) + ": ";
  if (!std::isfinite(cost)) return out + "more than there is, for the budget is 0\n";
  return out + percent_text(cost) + " of the budget" + (cost > 1 ? ": the objective is missed" : "") + "\n";
}

std::string extension_lines(const Objective& objective) {
  std::string out;
  if (objective.weigh_events)
    out += "  The period's ratio weighs events: a bad night with few users costs little.\n";
  if (objective.missing_data)
    out += "  Alert " + objective.missing_data->alert.name + " after " +
           config::format_duration(objective.missing_data->alert.hold) + " without data, unless " +
           objective.missing_data->alive + " says that the source lives.\n";
  return out;
}

}  // namespace

std::optional<double> detection_seconds(const Objective& objective, const BurnWindow& pair,
                                        double error_ratio) {
  double const share = objective.windows.factor(pair) * objective.budget() / error_ratio;
  // A rate of errors at the threshold to the last digit does not pass it.
  if (!(share < 1 - 1e-9)) return std::nullopt;
  return share * seconds_of(pair.long_window);
}

std::optional<double> page_seconds(const Objective& objective, double error_ratio) {
  return sooner(objective, objective.windows.page_quick, objective.windows.page_slow, error_ratio);
}

std::optional<double> ticket_seconds(const Objective& objective, double error_ratio) {
  return sooner(objective, objective.windows.ticket_quick, objective.windows.ticket_slow, error_ratio);
}

double outage_cost(const Objective& objective, double seconds) {
  return seconds / (objective.budget() * seconds_of(objective.windows.period));
}

std::string explanation(const Objective& objective, const std::vector<double>& outages) {
  auto const& windows = objective.windows;
  double const allowed = objective.budget() * seconds_of(windows.period);
  std::string out = objective.id() + ": " + number_text(objective.percent) + " % over " +
                    config::format_duration(windows.period) + "\n";
  if (!objective.description.empty()) out += "  " + objective.description + "\n";
  out += "  Budget: " + percent_text(objective.budget()) + " of the events";
  out += allowed > 0 ? ", or " + span_text(allowed) + " of total outage.\n" : ": none may be bad.\n";
  out += alert_lines(objective, objective.page, "page", windows.page_quick, windows.page_slow);
  out += alert_lines(objective, objective.ticket, "ticket", windows.ticket_quick, windows.ticket_slow);
  if (objective.page.enabled || objective.ticket.enabled) out += detection_lines(objective);
  out += "  An outage of everything costs, if traffic is even:\n";
  for (double const seconds : outages) out += cost_line(objective, seconds);
  return out + extension_lines(objective);
}

}  // namespace fleet::slo
