#include <stdexcept>

#include "slo/query_template.hpp"
#include "slo/spec/impossibilities.hpp"
#include "slo/spec/openslo.hpp"
#include "slo/spec/section.hpp"

namespace fleet::slo {

namespace {

std::string read_source(const config::Value& at) {
  auto const metric = at.mapping({"source", "queryType", "query"});
  metric.required("source").one_of({"prometheus", "sloth"});
  metric.required("queryType").one_of({"promql"});
  return read_query(metric.required("query"));
}

// Good events of all, where Sloth counts the bad ones: so the ratio is raw.
Indicator read_ratio(const config::Value& at) {
  auto const ratio = at.mapping({"incremental", "counter", "good", "total"});
  Indicator out;
  out.ratio_query = "\n  1 - (\n    (\n      " + read_source(ratio.required("good")) +
                    "\n    )\n    /\n    (\n      " + read_source(ratio.required("total")) + "\n    )\n  )\n";
  return out;
}

BurnWindows read_windows(const config::Mapping& spec, const ReadingOptions& options) {
  auto const at = spec.optional("timeWindows");
  if (!at) return options.catalog.of(options.default_period);
  auto const list = at->list();
  if (list.size() > 1) list[1].fail("expected one time window, got a second one");
  auto const window = list[0].mapping({"unit", "count", "isRolling", "calendar"});
  check_rolling(window);
  bool const weeks = window.required("unit").one_of({"Day", "day", "Week", "week"}).ends_with("eek");
  auto const count = window.required("count");
  constexpr int day = 24, week = 7 * day;
  std::chrono::hours const period((weeks ? week : day) * count.integer(1, 3650));
  if (!options.catalog.lists(period))
    count.fail(
        "expected a period that the windows are known for (30 or 28 days, or --slo-period-windows-path), got " +
        count.text() + (weeks ? " weeks" : " days"));
  return options.catalog.of(period);
}

double read_target(const config::Value& at) {
  double const target = at.number(0, 1);
  if (target <= 0) at.fail("expected a target above 0");
  if (target >= 1) at.fail("expected a target below 1: without any error budget nothing burns");
  return target;
}

}  // namespace

Specification read_openslo_alpha(const config::Value& root, const ReadingOptions& options) {
  auto const object = root.mapping({"apiVersion", "kind", "metadata", "spec"});
  Specification out;
  out.origin.spec = "openslo/v1alpha";
  out.origin.mode = "cli-gen-openslo";
  object.required("kind").one_of({"SLO"});
  auto const name = object.required("metadata").mapping({"name", "displayName"}).required("name");
  auto const spec = object.required("spec").mapping(
      {"service", "description", "timeWindows", "budgetingMethod", "objectives", "indicator"});
  auto const windows = read_windows(spec, options);
  if (auto const method = spec.optional("budgetingMethod")) method->one_of({"Occurrences"});
  for (const auto& at : spec.required("objectives").list()) {
    auto const keys = at.mapping({"displayName", "op", "value", "target", "timeSliceTarget", "ratioMetrics"});
    Objective objective(name);
    objective.service = read_name(spec.required("service"));
    objective.name = read_name(name) + "-" + std::to_string(out.objectives.size());
    objective.description = spec.text_or("description", "");
    objective.percent_place = keys.required("target");
    objective.percent = read_target(objective.percent_place) * 100;
    objective.indicator = read_ratio(keys.required("ratioMetrics"));
    objective.windows = windows;
    objective.parts.period_from_recordings = options.period_from_recordings;
    objective.parts.absent_when_idle = options.absent_when_idle;
    out.objectives.push_back(std::move(objective));
  }
  out.origin.name = "sloth-slo-" + name.text();
  return out;
}

}  // namespace fleet::slo
