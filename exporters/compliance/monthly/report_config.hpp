// What compliance.yml says of the monthly report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/config/document.hpp"
#include "exporters/compliance/http_server.hpp"
#include "exporters/sql_queries.hpp"

namespace fleet::exporters::compliance {

/// Where availability is known.
struct PrometheusConfig {
  HttpServer server;
  /// Name and expression of each kind, in the order of the report; $step stands for the time between two
  /// points.
  std::vector<std::pair<std::string, std::string>> availability = {
      {"Unified interface, as scraped", "avg(avg_over_time(up{job=\"legalllm-unified-interface\"}[$step]))"},
      {"Unified interface, as its users find it",
       "avg(avg_over_time(probe_success{probe=\"unified-interface\"}[$step]))"},
      {"Compliance monitor", "avg(avg_over_time(compliance_monitor_up[$step]))"}};
  double objective = 0.999;
};

struct ReportConfig {
  std::string title = "LegalLLM Professional";
  std::string time_zone = "Australia/Sydney";
  exporters::Queries queries;  ///< $from, $to and $timezone are still to be filled in
};

PrometheusConfig read_prometheus(const config::Value& value);
/// Without a value: the defaults.
ReportConfig read_report(const std::optional<config::Value>& value);

}  // namespace fleet::exporters::compliance
