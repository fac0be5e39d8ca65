#include "exporters/compliance/config.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "exporters/label_limit.hpp"

namespace fleet::exporters::compliance {

namespace {

using exporters::DefaultQuery;

constexpr std::string_view own_prefixes[] = {"compliance_", "australian_legal_violations", "process_"};

// Half a microsecond (a timestamp's resolution is one) makes each bound the inclusive upper end of its bucket.
constexpr std::array<DefaultQuery, 6> default_queries = {{
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
    {.name = "form13", .sql = R"(
SELECT case_type, count(*) AS due,
       count(*) FILTER (WHERE missing) AS missing,
       count(*) FILTER (WHERE incomplete) AS incomplete,
       extract(epoch FROM now() - $due_after - min(created_at) FILTER (WHERE missing OR incomplete))
         AS oldest_overdue_seconds
FROM (SELECT case_type, created_at, present IS NOT TRUE AS missing,
             present AND NOT form13_data ?& $sections AS incomplete
      FROM (SELECT case_type, created_at, form13_data, form13_data NOT IN ('null', '{}') AS present
            FROM cases
            WHERE case_type = ANY ($case_types) AND created_at <= now() - $due_after) AS due) AS judged
GROUP BY case_type)"},
    {.name = "retention", .sql = R"(
SELECT count(*) AS overdue, extract(epoch FROM now() - min(retention_until)) AS oldest_overdue_seconds
FROM documents
WHERE retention_until < now() AND deleted_at IS NULL)"},
}};

MonitorConfig read_monitor(const config::Value& value) {
  auto const mapping = value.mapping({"url", "timeout", "compliant_statuses", "stale_after", "ca_file"});
  MonitorConfig monitor;
  auto const url = mapping.required("url");
  auto parsed = http::Url::parse(url.http_url());
  if (!parsed) url.fail("expected an http:// or https:// URL");
  monitor.url = std::move(*parsed);
  monitor.timeout = mapping.duration_or("timeout", monitor.timeout, std::chrono::milliseconds(1));
  if (auto const statuses = mapping.optional("compliant_statuses")) {
    monitor.compliant_statuses = exporters::read_label_values(*statuses);
  }
  monitor.stale_after = mapping.duration_or("stale_after", monitor.stale_after, std::chrono::seconds(1));
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

Form13Rule read_form13(const config::Value& value) {
  auto const mapping = value.mapping({"case_types", "due_after", "sections"});
  Form13Rule rule;
  read_labels(mapping, "case_types", rule.case_types);
  rule.due_after = mapping.duration_or("due_after", rule.due_after, std::chrono::milliseconds(0));
  read_labels(mapping, "sections", rule.sections);
  return rule;
}

constexpr std::int64_t most_allowed = 1'000'000'000;

CheckLimits read_check(const config::Value& value, const std::vector<std::string>& severities) {
  auto const mapping = value.mapping({"max_open", "max_overdue_documents", "max_form13_lacking"});
  CheckLimits limits;
  if (auto const open = mapping.optional("max_open")) {
    for (auto const& [severity, most] : open->entries()) {
      auto const name = severity.text();
      if (std::find(severities.begin(), severities.end(), name) == severities.end())
        severity.fail("expected one of `severities`, got `" + name + "`");
      limits.max_open[name] = static_cast<double>(most.integer(0, most_allowed));
    }
  }
  limits.max_overdue_documents =
      static_cast<double>(mapping.integer_or("max_overdue_documents", 0, 0, most_allowed));
  limits.max_form13_lacking = static_cast<double>(mapping.integer_or("max_form13_lacking", 0, 0, most_allowed));
  return limits;
}

/// What the configuration says and queries ask for.
void fill_in_lists(Config& config) {
  auto const bounds = exporters::sql_array(config.response_time_bounds);
  auto const due_after = exporters::sql_interval(config.form13.due_after);
  auto const case_types = exporters::sql_array(config.form13.case_types);
  auto const sections = exporters::sql_array(config.form13.sections);
  exporters::fill_in(config.queries, "acknowledge_times", "$bounds", bounds);
  exporters::fill_in(config.queries, "resolve_times", "$bounds", bounds);
  exporters::fill_in(config.report.queries, "resolve_buckets", "$bounds", bounds);
  for (auto* const queries : {&config.queries, &config.report.queries}) {
    exporters::fill_in(*queries, "form13", "$due_after", due_after);
    exporters::fill_in(*queries, "form13", "$case_types", case_types);
    exporters::fill_in(*queries, "form13", "$sections", sections);
  }
}

}  // namespace

Config read_config(const config::Document& document) {
  auto const mapping = document.root().mapping(
      {"database", "monitor", "frameworks", "severities", "case_types", "label_limit", "response_time_bounds",
       "form13", "check", "report", "prometheus", "elasticsearch", "queries", exporters::kCustomQueriesKey,
       exporters::kCustomQueriesFilesKey});
  Config config;
  config.database = postgres::read_options(mapping.required("database"), "compliance_exporter");
  if (auto const monitor = mapping.optional("monitor")) config.monitor = read_monitor(*monitor);
  read_labels(mapping, "frameworks", config.frameworks);
  read_labels(mapping, "severities", config.severities);
  read_labels(mapping, "case_types", config.case_types);
  config.label_limit = static_cast<std::size_t>(mapping.integer_or("label_limit", 20, 0, 1000));
  if (auto const bounds = mapping.optional("response_time_bounds"))
    config.response_time_bounds = read_bounds(*bounds);
  if (auto const rule = mapping.optional("form13")) config.form13 = read_form13(*rule);
  if (auto const limits = mapping.optional("check")) config.check = read_check(*limits, config.severities);
  if (auto const events = mapping.optional("elasticsearch")) config.elasticsearch = read_elasticsearch(*events);
  config.report = read_report(mapping.optional("report"));
  if (auto const prometheus = mapping.optional("prometheus")) config.prometheus = read_prometheus(*prometheus);
  config.queries = exporters::read_queries(mapping.optional("queries"), default_queries);
  fill_in_lists(config);
  exporters::OwnNames const own{own_prefixes, {}};
  auto custom = exporters::read_custom_sql(mapping, own);
  config.custom_sql = std::make_shared<const exporters::CustomSql>(std::move(custom));
  return config;
}

}  // namespace fleet::exporters::compliance
