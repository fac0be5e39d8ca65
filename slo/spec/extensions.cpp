#include "slo/spec/extensions.hpp"

#include <stdexcept>

#include "slo/query_template.hpp"
#include "slo/spec/section.hpp"

namespace fleet::slo {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

MissingData read_missing_data(const config::Value& at, const Objective& objective) {
  Section const missing(at, {"alive", "for", "name", "labels", "annotations"});
  MissingData out;
  out.alive = read_expression(missing.required("alive"));
  out.alert.enabled = true;
  out.alert.hold = missing.duration_or("for", minutes(10));
  std::string const base = objective.page.enabled ? objective.page.name : objective.ticket.name;
  auto const name = missing.optional("name");
  if (!name && base.empty()) at.fail("missing key `name`: the objective has no alert whose name could be used");
  out.alert.name = name ? name->non_empty_text() : base + "DataMissing";
  out.alert.labels = read_alert_labels(missing, "labels");
  out.alert.annotations = read_annotations(missing, "annotations");
  return out;
}

}  // namespace

void read_extensions(const config::Value& at, const ReadingOptions& options, Objective& objective) {
  Section const keys(at, {"period", "period_ratio", "min_events", "missing_data", "probe_interval"});
  bool const events = objective.indicator.has_events();
  if (auto const period = keys.optional("period")) {
    try {
      objective.windows = options.catalog.of(period->duration(hours(1)));
    } catch (const std::invalid_argument& error) {
      period->fail(error.what());
    }
  }
  if (auto const ratio = keys.optional("period_ratio")) {
    objective.weigh_events = ratio->one_of({"time", "events"}) == "events";
    if (objective.weigh_events && !events)
      ratio->fail("expected `time`: `raw` gives a ratio, whose events nobody knows");
  }
  if (auto const least = keys.optional("min_events")) {
    objective.min_events = least->number(0, 1e12);
    if (!events) least->fail("expected no `min_events`: `raw` gives a ratio, whose events nobody knows");
  }
  if (auto const missing = keys.optional("missing_data"))
    objective.missing_data = read_missing_data(*missing, objective);
  objective.probe_interval_place = keys.optional("probe_interval");
  if (objective.probe_interval_place)
    objective.probe_interval = objective.probe_interval_place->duration(seconds(1), hours(24));
}

}  // namespace fleet::slo
