#include "core/app/build_info.hpp"
#include "slo/number_text.hpp"
#include "slo/rules/objective_rules.hpp"

namespace fleet::slo {

namespace {

std::string burn_rate(const Objective& objective, milliseconds window) {
  std::string const selector = selector_of(objective);
  return indicator_record(window) + selector + "\n/ on(sloth_id, sloth_slo, sloth_service) group_left\n" +
         "slo:error_budget:ratio" + selector + "\n";
}

}  // namespace

std::vector<Rule> metadata_rules(const Objective& objective, const SpecOrigin& origin) {
  auto const labels = objective.all_labels();
  auto const record = [&](std::string name, std::string expression) {
    Rule out;
    out.record = std::move(name);
    out.expression = std::move(expression);
    out.labels = labels;
    return out;
  };
  std::string const ratio = number_text(objective.percent / 100);
  double const days = std::chrono::duration<double, std::ratio<86400>>(objective.windows.period).count();
  std::vector<Rule> out{
      record("slo:objective:ratio", "vector(" + ratio + ")"),
      record("slo:error_budget:ratio", "vector(1-" + ratio + ")"),
      record("slo:time_period:days", "vector(" + number_text(days) + ")"),
      record("slo:current_burn_rate:ratio", burn_rate(objective, objective.windows.page_quick.short_window)),
      record("slo:period_burn_rate:ratio", burn_rate(objective, objective.windows.period)),
      record("slo:period_error_budget_remaining:ratio",
             "1 - slo:period_burn_rate:ratio" + selector_of(objective)),
      record("sloth_slo_info", "vector(1)"),
  };
  out.back().labels = merged(merged(labels, objective.info_labels),
                             {{"sloth_mode", origin.mode},
                              {"sloth_objective", number_text(objective.percent)},
                              {"sloth_spec", origin.spec},
                              {"sloth_version", std::string(app::build_info().version)}});
  return out;
}

}  // namespace fleet::slo
