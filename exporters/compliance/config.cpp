#include "exporters/compliance/config.hpp"

#include <array>
#include <utility>

#include "exporters/label_limit.hpp"

namespace fleet::exporters::compliance {

namespace {

using exporters::DefaultQuery;

constexpr std::string_view own_prefixes[] = {"compliance_", "australian_legal_violations", "process_"};

// Half a microsecond (a timestamp's resolution is one) makes each bound the inclusive upper end of its bucket.
constexpr std::array<DefaultQuery, 5> default_queries = {{
    {.name = "violations",
     .sql = R"(
SELECT framework, severity,
       count(*) AS recorded,
       count(*) FILTER (WHERE resolved_at IS NULL) AS open,
       count(*) FILTER (WHERE resolved_at IS NULL AND acknowledged_at IS NULL) AS unacknowledged,
       extract(epoch FROM now() - min(detected_at) FILTER (WHERE resolved_at IS NULL)) AS oldest_open_seconds
FROM compliance_violations
GROUP BY framework, severity)",
     .required = true},
    {.name = "acknowledge_times",
     .sql = R"(
SELECT severity, width_bucket(seconds - 0.0000005, $bounds) AS bucket, count(*) AS violations, sum(seconds) AS seconds
FROM (SELECT severity, greatest(0, extract(epoch FROM acknowledged_at - detected_at))::float8 AS seconds
      FROM compliance_violations WHERE acknowledged_at IS NOT NULL) AS times
GROUP BY severity, bucket)",
     .placeholder = "$bounds"},
    {.name = "resolve_times",
     .sql = R"(
SELECT severity, width_bucket(seconds - 0.0000005, $bounds) AS bucket, count(*) AS violations, sum(seconds) AS seconds
FROM (SELECT severity, greatest(0, extract(epoch FROM resolved_at - detected_at))::float8 AS seconds
      FROM compliance_violations WHERE resolved_at IS NOT NULL) AS times
GROUP BY severity, bucket)",
     .placeholder = "$bounds"},
    {.name = "cases", .sql = R"(
SELECT case_type, count(*) AS cases, count(form13_data) AS with_form13
FROM cases
GROUP BY case_type)"},
    {.name = "retention", .sql = R"(
SELECT count(*) AS overdue, extract(epoch FROM now() - min(retention_until)) AS oldest_overdue_seconds
FROM documents
WHERE retention_until < now() AND deleted_at IS NULL)"},
}};

MonitorConfig read_monitor(const config::Value& value) {
  auto const mapping = value.mapping({"url", "timeout", "compliant_statuses", "ca_file"});
  MonitorConfig monitor;
  auto const url = mapping.required("url");
  auto parsed = http::Url::parse(url.http_url());
  if (!parsed) url.fail("expected an http:// or https:// URL");
  monitor.url = std::move(*parsed);
  monitor.timeout = mapping.duration_or("timeout", monitor.timeout, std::chrono::milliseconds(1));
  if (auto const statuses = mapping.optional("compliant_statuses")) {
    monitor.compliant_statuses = exporters::read_label_values(*statuses);
  }
  if (auto const file = mapping.optional("ca_file")) monitor.tls.ca_file = file->path();
  return monitor;
}

std::vector<double> read_bounds(const config::Value& value) {
  std::vector<double> bounds;
  for (auto const& item : value.list()) {
    auto const bound = static_cast<double>(item.duration(std::chrono::milliseconds(1)).count()) / 1000;
    if (!bounds.empty() && bound <= bounds.back())
      item.fail("expected a longer duration than the one before it");
    bounds.push_back(bound);
  }
  return bounds;
}

void read_labels(const config::Mapping& mapping, std::string_view key, std::vector<std::string>& values) {
  if (auto const value = mapping.optional(key)) values = exporters::read_label_values(*value);
}

}  // namespace

Config read_config(const config::Document& document) {
  auto const mapping = document.root().mapping({"database", "monitor", "frameworks", "severities", "case_types",
                                                "label_limit", "response_time_bounds", "queries",
                                                exporters::kCustomQueriesKey, exporters::kCustomQueriesFilesKey});
  Config config;
  config.database = postgres::read_options(mapping.required("database"), "compliance_exporter");
  if (auto const monitor = mapping.optional("monitor")) config.monitor = read_monitor(*monitor);
  read_labels(mapping, "frameworks", config.frameworks);
  read_labels(mapping, "severities", config.severities);
  read_labels(mapping, "case_types", config.case_types);
  config.label_limit = static_cast<std::size_t>(mapping.integer_or("label_limit", 20, 0, 1000));
  if (auto const bounds = mapping.optional("response_time_bounds"))
    config.response_time_bounds = read_bounds(*bounds);
  config.queries = exporters::read_queries(mapping.optional("queries"), default_queries);
  auto const bounds = exporters::sql_array(config.response_time_bounds);
  exporters::fill_in(config.queries, "acknowledge_times", "$bounds", bounds);
  exporters::fill_in(config.queries, "resolve_times", "$bounds", bounds);
  exporters::OwnNames const own{own_prefixes, {}};
  auto custom = exporters::read_custom_sql(mapping, own);
  config.custom_sql = std::make_shared<const exporters::CustomSql>(std::move(custom));
  return config;
}

}  // namespace fleet::exporters::compliance
