#include "exporters/compliance/monthly/report_config.hpp"

#include "exporters/compliance/monthly/month.hpp"
#include "exporters/compliance/monthly/queries.hpp"

namespace fleet::exporters::compliance {

PrometheusConfig read_prometheus(const config::Value& value) {
  auto const mapping = value.mapping(http_server_keys({"availability", "objective"}));
  PrometheusConfig prometheus;
  prometheus.server = read_http_server(mapping);
  prometheus.objective = mapping.number_or("objective", prometheus.objective, 0, 1);
  if (auto const kinds = mapping.optional("availability")) {
    prometheus.availability.clear();
    for (auto const& [name, query] : kinds->entries())
      prometheus.availability.emplace_back(name.non_empty_text(), query.non_empty_text());
  }
  return prometheus;
}

ReportConfig read_report(const std::optional<config::Value>& value) {
  ReportConfig report;
  auto const defaults = monthly::default_queries();
  if (!value) {
    report.queries = exporters::read_queries(std::nullopt, defaults);
    return report;
  }
  auto const mapping = value->mapping({"title", "time_zone", "queries"});
  if (auto const title = mapping.optional("title")) report.title = title->non_empty_text();
  if (auto const zone = mapping.optional("time_zone")) {
    report.time_zone = zone->non_empty_text();
    if (!monthly::is_time_zone(report.time_zone))
      zone->fail("expected a time zone of this machine's zoneinfo, like Australia/Sydney, got `" +
                 report.time_zone + "`");
  }
  report.queries = exporters::read_queries(mapping.optional("queries"), defaults);
  return report;
}

}  // namespace fleet::exporters::compliance
