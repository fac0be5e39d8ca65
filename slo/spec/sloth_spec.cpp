#include "slo/spec/sloth_spec.hpp"

#include <algorithm>
#include <stdexcept>

#include "slo/rules/plugins.hpp"
#include "slo/spec/extensions.hpp"
#include "slo/spec/impossibilities.hpp"
#include "slo/spec/indicator_reading.hpp"
#include "slo/spec/section.hpp"

namespace fleet::slo {

namespace {

/// What all objectives of one document have in common.
struct Service {
  std::string name;
  Labels labels;
  PluginChain plugins;
};

AlertOptions read_alert(const Section& alerting, std::string_view key) {
  AlertOptions out;
  out.labels = read_alert_labels(alerting, "labels");
  out.annotations = read_annotations(alerting, "annotations");
  out.enabled = true;
  if (auto const at = alerting.optional(key); at && !at->is_null()) {
    Section const alert(*at, {"disable", "for", "labels", "annotations"});
    out.enabled = !alert.boolean_or("disable", false);
    out.hold = alert.duration_or("for", milliseconds(0));
    out.labels = merged(std::move(out.labels), read_alert_labels(alert, "labels"));
    out.annotations = merged(std::move(out.annotations), read_annotations(alert, "annotations"));
  }
  auto const name = alerting.optional("name");
  if (name) out.name = name->verbatim();
  if (out.enabled && !name) alerting.self().fail("missing key `name`: alerts that are not disabled need one");
  if (out.enabled && out.name.empty()) name->fail("expected a name for the alerts");
  return out;
}

void read_alerting(const Section& slo, Objective& objective) {
  auto const at = slo.optional("alerting");
  if (!at) slo.self().fail("missing key `alerting`: name the alerts, or disable page_alert and ticket_alert");
  Section const alerting(*at, {"name", "labels", "annotations", "page_alert", "ticket_alert"});
  objective.page = read_alert(alerting, "page_alert");
  objective.ticket = read_alert(alerting, "ticket_alert");
}

GroupIntervals read_intervals(const Section& slo) {
  auto const at = slo.optional("interval");
  if (!at) return {};
  Section const interval(*at, {"all", "slierror", "metadata", "alert"});
  milliseconds const all = interval.duration_or("all", milliseconds(0));
  return {interval.duration_or("slierror", all), interval.duration_or("metadata", all),
          interval.duration_or("alert", all)};
}

double read_percent(const config::Value& at) {
  double const percent = at.number(0, 100);
  if (percent <= 0) at.fail("expected an objective above 0 percent");
  return percent;
}

Objective read_objective(const config::Value& at, const Service& service, const ReadingOptions& options) {
  Section const slo(at, {"name", "description", "objective", "labels", "info_labels", "sli", "alerting",
                         "interval", "plugins", "extensions"});
  Objective out(slo.required("name"));
  out.service = service.name;
  out.name = read_name(out.name_place);
  out.percent_place = slo.required("objective");
  out.percent = read_percent(out.percent_place);
  if (auto const description = slo.optional("description")) out.description = description->verbatim();
  out.labels = merged(service.labels, read_labels(slo, "labels"));
  out.info_labels = read_labels(slo, "info_labels");
  out.indicator = read_indicator(slo.required("sli"));
  read_alerting(slo, out);
  out.intervals = read_intervals(slo);
  out.windows = options.catalog.of(options.default_period);
  out.parts.period_from_recordings = options.period_from_recordings;
  out.parts.absent_when_idle = options.absent_when_idle;
  apply_chain(read_plugins(slo.optional("plugins"), service.plugins), out);
  if (auto const extensions = slo.optional("extensions")) read_extensions(*extensions, options, out);
  refuse_impossible(out);
  return out;
}

std::vector<Objective> read_objectives(const Section& body, const ReadingOptions& options) {
  Service service;
  service.name = read_name(body.required("service"));
  service.labels = read_labels(body, "labels");
  service.plugins = read_plugins(body.optional("slo_plugins"), {});
  std::vector<Objective> out;
  for (const auto& at : body.required("slos").list()) out.push_back(read_objective(at, service, options));
  return out;
}

}  // namespace

Specification read_sloth_file(const config::Value& root, const ReadingOptions& options) {
  Section const body(root, {"version", "service", "labels", "slo_plugins", "slos"});
  Specification out;
  out.origin.spec = body.required("version").one_of({"prometheus/v1"});
  out.origin.mode = "cli-gen-prom";
  out.objectives = read_objectives(body, options);
  out.origin.name = "sloth-slo-" + out.objectives.front().service;
  return out;
}

Specification read_sloth_manifest(const config::Value& root, const ReadingOptions& options) {
  auto const manifest = root.mapping({"apiVersion", "kind", "metadata", "spec", "status"});
  Specification out;
  out.origin.spec = manifest.required("apiVersion").one_of({"sloth.slok.dev/v1"});
  out.origin.mode = "cli-gen-k8s";
  out.origin.kubernetes = true;
  manifest.required("kind").one_of({"PrometheusServiceLevel"});
  auto const metadata = manifest.required("metadata")
                            .mapping({"name", "namespace", "labels", "annotations", "generation",
                                      "resourceVersion", "uid", "creationTimestamp"});
  out.origin.name = metadata.required("name").non_empty_text();
  out.origin.name_space = metadata.text_or("namespace", "");
  out.origin.labels = read_metadata(metadata.optional("labels"));
  out.origin.annotations = read_metadata(metadata.optional("annotations"));
  out.objectives = read_objectives(
      Section(manifest.required("spec"), {"service", "labels", "slo_plugins", "slos"}), options);
  return out;
}

}  // namespace fleet::slo
