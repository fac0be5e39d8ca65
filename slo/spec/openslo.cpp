#include "slo/spec/openslo.hpp"

#include <cmath>
#include <stdexcept>

#include "slo/spec/impossibilities.hpp"
#include "slo/spec/openslo_indicator.hpp"
#include "slo/spec/section.hpp"

namespace fleet::slo {

namespace {

using std::chrono::hours;

BurnWindows read_window(const config::Mapping& spec, const ReadingOptions& options) {
  auto const at = spec.optional("timeWindow");
  if (!at) return options.catalog.of(options.default_period);
  auto const list = at->list();
  if (list.size() > 1) list[1].fail("expected one time window, got a second one");
  auto const window = list[0].mapping({"duration", "isRolling", "calendar"});
  check_rolling(window);
  auto const duration = window.required("duration");
  std::string const text = duration.verbatim();
  if (text.ends_with('M') || text.ends_with('Q') || text.ends_with('Y'))
    duration.fail("expected hours, days or weeks: months and longer differ in length");
  try {
    return options.catalog.of(duration.duration(hours(1)));
  } catch (const std::invalid_argument& error) {
    duration.fail(error.what());
  }
}

OpenSloMethod read_method(const config::Mapping& spec, const config::Mapping& objective,
                          const BurnWindows& windows) {
  auto const at = spec.required("budgetingMethod");
  OpenSloMethod out{at.one_of({"Occurrences", "Timeslices", "RatioTimeslices"}), milliseconds(0), 0};
  if (out.name == "Occurrences") return out;
  auto const slice = objective.required("timeSliceWindow");
  out.slice = slice.duration(std::chrono::seconds(1));
  auto const shortest = windows.lengths().front();
  if (out.slice > shortest)
    slice.fail("expected no more than " + config::format_duration(shortest) +
               ", the shortest window of the alerts, in which at least one slice must end, got " +
               slice.verbatim());
  if (out.name == "Timeslices") out.slice_target = objective.required("timeSliceTarget").number(0, 1);
  return out;
}

/// A ratio, or a percentage, of good events. Written as percent it stays as it is written.
void read_target(const config::Mapping& keys, Objective& objective) {
  auto const percent = keys.optional("targetPercent"), target = keys.optional("target");
  if (percent && target) percent->fail("expected one of `target` and `targetPercent`, got both");
  objective.percent_place = percent ? *percent : keys.required("target");
  objective.percent = percent ? percent->number(0, 100) : objective.percent_place.number(0, 1) * 100;
  // 0.999 * 100 is 99.9 with a tail that is nobody's intention.
  objective.percent = std::round(objective.percent * 1e9) / 1e9;
  if (objective.percent <= 0) objective.percent_place.fail("expected a target above 0");
  if (objective.percent >= 100)
    objective.percent_place.fail("expected a target below " + std::string(percent ? "100" : "1") +
                                 ": without any error budget nothing burns");
}

Objective read_objective(const config::Value& at, const config::Mapping& spec, const BurnWindows& windows,
                         const OpenSloObjects& objects) {
  auto const keys = at.mapping({"displayName", "op", "value", "target", "targetPercent", "timeSliceTarget",
                                "timeSliceWindow", "compositeWeight", "indicator", "indicatorRef"});
  for (auto const key : {"compositeWeight", "indicator", "indicatorRef"}) {
    if (auto const found = keys.optional(key))
      found->fail("expected an SLO of one indicator: composites are not made into rules");
  }
  Objective out(at);
  read_target(keys, out);
  out.windows = windows;
  out.indicator = read_openslo_indicator(spec, keys, read_method(spec, keys, windows), objects);
  return out;
}

void refuse_policies(const config::Mapping& spec) {
  auto const at = spec.optional("alertPolicies");
  if (!at || at->is_null() || at->list_or_empty().empty()) return;
  at->fail(
      "expected no alertPolicies: of OpenSLO no alerts are made, only the records that they may ask; an "
      "objective in the "
      "form prometheus/v1 has alerts");
}

}  // namespace

void check_rolling(const config::Mapping& window) {
  auto const rolling = window.optional("isRolling"), calendar = window.optional("calendar");
  if (!calendar && (!rolling || rolling->boolean())) return;
  (calendar ? *calendar : *rolling)
      .fail("expected a rolling window: Prometheus' rules cannot begin anew with the calendar");
}

Specification read_openslo(const config::Value& root, const OpenSloObjects& objects,
                           const ReadingOptions& options) {
  auto const object = root.mapping({"apiVersion", "kind", "metadata", "spec"});
  Specification out;
  out.origin.spec = object.required("apiVersion").one_of({"openslo/v1"});
  out.origin.mode = "cli-gen-openslo";
  auto const name =
      object.required("metadata").mapping({"name", "displayName", "labels", "annotations"}).required("name");
  auto const spec =
      object.required("spec").mapping({"description", "service", "indicator", "indicatorRef", "timeWindow",
                                       "budgetingMethod", "objectives", "alertPolicies"});
  auto const windows = read_window(spec, options);
  refuse_policies(spec);
  std::string const service = read_name(spec.required("service"));
  for (const auto& at : spec.required("objectives").list()) {
    auto objective = read_objective(at, spec, windows, objects);
    objective.name_place = name;
    objective.service = service;
    objective.name = read_name(name) + "-" + std::to_string(out.objectives.size());
    objective.description = spec.text_or("description", "");
    objective.parts.period_from_recordings = options.period_from_recordings;
    objective.parts.absent_when_idle = options.absent_when_idle;
    // OpenSLO without policies asks for no alerts; neither does Sloth make any of it.
    out.objectives.push_back(std::move(objective));
  }
  out.origin.name = "sloth-slo-" + name.text();
  return out;
}

}  // namespace fleet::slo
