#include "slo/spec/openslo.hpp"

#include <cmath>
#include <stdexcept>

#include "slo/number_text.hpp"
#include "slo/query_template.hpp"
#include "slo/spec/impossibilities.hpp"
#include "slo/spec/indicator_reading.hpp"
#include "slo/spec/section.hpp"

namespace fleet::slo {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// A query of a metric source, which must be Prometheus'.
class Source {
 public:
  Source(const config::Value& at, const OpenSloObjects& objects)
      : source_(at.mapping({"metricSource"}).required("metricSource")) {
    auto const keys = source_.mapping({"type", "metricSourceRef", "spec"});
    if (auto const reference = keys.optional("metricSourceRef"))
      check_reference(objects.find("DataSource", *reference));
    if (auto const type = keys.optional("type")) check_type(*type);
    if (!keys.optional("type") && !keys.optional("metricSourceRef")) source_.fail("missing key `type`");
  }
  config::Value query() const {
    auto const spec = source_.mapping({"type", "metricSourceRef", "spec"}).required("spec");
    return spec.mapping({"query", "queryType", "dimensions"}).required("query");
  }

 private:
  static void check_type(const config::Value& type) {
    std::string const text = type.text();
    if (text != "Prometheus" && text != "prometheus")
      type.fail("expected `Prometheus`: rules can ask no other source, got `" + text + "`");
  }
  static void check_reference(const config::Value& source) {
    check_type(source.mapping({"apiVersion", "kind", "metadata", "spec"})
                   .required("spec")
                   .mapping({"description", "type", "connectionDetails"})
                   .required("type"));
  }
  config::Value source_;
};

/// How the objective weighs time and events.
struct Method {
  std::string name;
  milliseconds slice{0};
  double slice_target = 0;
};

/// The query over a window. One without {{.window}} gives a value for each moment; its mean over the window
/// stands for it.
std::string windowed(const config::Value& query, bool counter) {
  if (query.verbatim().find("{{") != std::string::npos) return read_query(query);
  std::string const expression = read_expression(query);
  if (counter)
    query.fail(
        "expected {{.window}} in the query: a counter's increase cannot be taken from a sum of counters");
  return "avg_over_time((" + expression + ")[{{.window}}:1m])";
}

/// Bad moments of all: those slices in which the ratio of good events was below the slice's target.
std::string bad_slices(const std::string& good_ratio, const Method& method) {
  std::string const slice = config::format_duration(method.slice);
  return "1 - avg_over_time(((" + with_window(good_ratio, slice) + ") >= bool " +
         number_text(method.slice_target) + ")[{{.window}}:" + slice + "])";
}

Indicator read_ratio(const config::Value& at, const Method& method, const OpenSloObjects& objects) {
  auto const ratio = at.mapping({"counter", "good", "bad", "total", "rawType", "raw"});
  bool const counter = ratio.boolean_or("counter", false);
  auto const good = ratio.optional("good"), bad = ratio.optional("bad"), raw = ratio.optional("raw");
  if (bool(good) + bool(bad) + bool(raw) != 1) at.fail("expected exactly one of `good`, `bad` and `raw`");
  Indicator out;
  std::string good_ratio;
  if (raw) {
    bool const success = ratio.required("rawType").one_of({"success", "failure"}) == "success";
    std::string const query = windowed(Source(*raw, objects).query(), false);
    good_ratio = success ? query : "1 - (" + query + ")";
    out.ratio_query = success ? "1 - (" + query + ")" : query;
  } else {
    std::string const part = windowed(Source(good ? *good : *bad, objects).query(), counter);
    std::string const total = windowed(Source(ratio.required("total"), objects).query(), counter);
    good_ratio = good ? "(" + part + ") / (" + total + ")" : "1 - (" + part + ") / (" + total + ")";
    out.error_query = good ? "(" + total + ") - (" + part + ")" : part;
    out.total_query = total;
    bool const rate = total.find("rate(") != std::string::npos || total.starts_with("avg_over_time");
    out.unit = rate ? Indicator::Unit::per_second : Indicator::Unit::count;
  }
  if (method.name == "Occurrences") return out;
  Indicator slices;
  slices.ratio_query = method.name == "Timeslices"
                           ? bad_slices(good_ratio, method)
                           : "1 - avg_over_time((" +
                                 with_window(good_ratio, config::format_duration(method.slice)) +
                                 ")[{{.window}}:" + config::format_duration(method.slice) + "])";
  return slices;
}

Indicator read_threshold(const config::Value& at, const config::Mapping& objective, const Method& method,
                         const OpenSloObjects& objects) {
  auto const query = Source(at, objects).query();
  std::string const good = objective.required("op").one_of({"lte", "lt", "gte", "gt"});
  std::string const bad = good == "lte" ? ">" : good == "lt" ? ">=" : good == "gte" ? "<" : "<=";
  constexpr double any = 1e18;
  double const limit = objective.required("value").number(-any, any);
  return limit_indicator(read_expression(query), bad, limit,
                         method.slice.count() > 0 ? method.slice : milliseconds(minutes(1)));
}

/// The spec of the SLI, inline or in an object of its own.
config::Mapping indicator_of(const config::Mapping& spec, const OpenSloObjects& objects) {
  auto const keys = {std::string_view("description"), std::string_view("thresholdMetric"),
                     std::string_view("ratioMetric")};
  auto const reference = spec.optional("indicatorRef"), inlined = spec.optional("indicator");
  if (bool(reference) == bool(inlined))
    spec.self().fail("expected exactly one of `indicator` and `indicatorRef`");
  if (inlined) return inlined->mapping({"metadata", "spec"}).required("spec").mapping(keys);
  return objects.find("SLI", *reference)
      .mapping({"apiVersion", "kind", "metadata", "spec"})
      .required("spec")
      .mapping(keys);
}

BurnWindows read_window(const config::Mapping& spec, const ReadingOptions& options) {
  auto const at = spec.optional("timeWindow");
  if (!at) return options.catalog.of(options.default_period);
  auto const list = at->list();
  if (list.size() > 1) list[1].fail("expected one time window, got a second one");
  auto const window = list[0].mapping({"duration", "isRolling", "calendar"});
  auto const rolling = window.optional("isRolling");
  if ((rolling && !rolling->boolean()) || window.optional("calendar"))
    (rolling ? *rolling : list[0])
        .fail("expected a rolling window: Prometheus' rules cannot begin anew with the calendar");
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

Method read_method(const config::Mapping& spec, const config::Mapping& objective) {
  auto const at = spec.required("budgetingMethod");
  Method out{at.one_of({"Occurrences", "Timeslices", "RatioTimeslices"}), milliseconds(0), 0};
  if (out.name == "Occurrences") return out;
  out.slice = objective.required("timeSliceWindow").duration(std::chrono::seconds(1), minutes(5));
  if (out.name == "Timeslices") out.slice_target = objective.required("timeSliceTarget").number(0, 1);
  return out;
}

/// A ratio, or a percentage, of good events. Written as percent it stays as it is written.
void read_target(const config::Mapping& keys, Objective& objective) {
  auto const percent = keys.optional("targetPercent");
  objective.percent_place = percent ? *percent : keys.required("target");
  objective.percent = percent ? percent->number(0, 100) : objective.percent_place.number(0, 1) * 100;
  // 0.999 * 100 is 99.9 with a tail that is nobody's intention.
  objective.percent = std::round(objective.percent * 1e9) / 1e9;
  if (objective.percent <= 0) objective.percent_place.fail("expected a target above 0");
}

Objective read_objective(const config::Value& at, const config::Mapping& spec, const OpenSloObjects& objects) {
  auto const keys = at.mapping({"displayName", "op", "value", "target", "targetPercent", "timeSliceTarget",
                                "timeSliceWindow", "compositeWeight", "indicator", "indicatorRef"});
  for (auto const key : {"compositeWeight", "indicator", "indicatorRef"}) {
    if (auto const found = keys.optional(key))
      found->fail("expected an SLO of one indicator: composites are not made into rules");
  }
  Objective out(at);
  read_target(keys, out);
  auto const method = read_method(spec, keys);
  auto const indicator = indicator_of(spec, objects);
  auto const threshold = indicator.optional("thresholdMetric"), ratio = indicator.optional("ratioMetric");
  if (bool(threshold) == bool(ratio))
    indicator.self().fail("expected exactly one of `ratioMetric` and `thresholdMetric`");
  if (threshold && method.name == "RatioTimeslices")
    threshold->fail("expected a `ratioMetric`: RatioTimeslices means the mean of the slices' ratios");
  out.indicator =
      threshold ? read_threshold(*threshold, keys, method, objects) : read_ratio(*ratio, method, objects);
  return out;
}

void refuse_policies(const config::Mapping& spec) {
  auto const at = spec.optional("alertPolicies");
  if (!at || at->is_null() || at->list_or_empty().empty()) return;
  at->fail(
      "expected no alertPolicies: they are not made into rules; leave them out and route on sloth_severity");
}

}  // namespace

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
    auto objective = read_objective(at, spec, objects);
    objective.name_place = name;
    objective.service = service;
    objective.name = read_name(name) + "-" + std::to_string(out.objectives.size());
    objective.description = spec.text_or("description", "");
    objective.windows = windows;
    objective.parts.period_from_recordings = options.period_from_recordings;
    objective.parts.absent_when_idle = options.absent_when_idle;
    // OpenSLO without policies asks for no alerts; neither does Sloth make any of it.
    out.objectives.push_back(std::move(objective));
  }
  out.origin.name = "sloth-slo-" + name.text();
  return out;
}

}  // namespace fleet::slo
