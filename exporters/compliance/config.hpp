// What compliance.yml says.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "core/http/client.hpp"
#include "core/postgres/session.hpp"
#include "exporters/compliance/audit_config.hpp"
#include "exporters/compliance/monthly/report_config.hpp"
#include "exporters/custom_sql.hpp"
#include "exporters/sql_queries.hpp"

namespace fleet::exporters::compliance {

/// Where the compliance monitor answers, and which of its words mean that all is well.
struct MonitorConfig {
  http::Url url;
  http::TlsOptions tls;
  std::chrono::milliseconds timeout{3000};
  std::vector<std::string> compliant_statuses = {"compliant"};
  std::chrono::milliseconds stale_after = std::chrono::minutes(10);  ///< without a check: blind
};

/// When a Form 13 has to be there, and what it must hold.
struct Form13Rule {
  std::vector<std::string> case_types = {"property_settlement"};
  std::chrono::milliseconds due_after = std::chrono::hours(28 * 24);  ///< since the case began
  std::vector<std::string> sections;                                  ///< keys that a complete one has
};

/// What `check` lets pass.
struct CheckLimits {
  std::map<std::string, double, std::less<>> max_open;  ///< violations by severity; 0 for the others
  double max_overdue_documents = 0;
  double max_form13_lacking = 0;  ///< cases of a type whose Form 13 is missing or incomplete
};

struct Config {
  postgres::Options database;
  std::optional<MonitorConfig> monitor;
  /// Have series of value 0 before the register holds anything of theirs.
  std::vector<std::string> frameworks = {"privacy_act_1988", "family_law_act_1975",
                                         "legal_profession_uniform_law", "evidence_act_1995"};
  std::vector<std::string> severities = {"critical", "high", "medium", "low"};
  std::vector<std::string> case_types = {"property_settlement"};
  std::size_t label_limit = 20;  ///< further values of each label before "other"
  std::vector<double> response_time_bounds = {60,    300,   900,    1800,   3600,
                                              14400, 86400, 259200, 604800, 2592000};  ///< seconds, rising
  Form13Rule form13;
  CheckLimits check;
  ReportConfig report;
  std::optional<PrometheusConfig> prometheus;
  std::optional<ElasticsearchConfig> elasticsearch;
  exporters::Queries queries;                              ///< ready to send: placeholders filled in
  std::shared_ptr<const exporters::CustomSql> custom_sql;  ///< the queries that users write; never null
};

/// Reads and checks all of it, opens nothing. Throws config::Error.
Config read_config(const config::Document& document);

}  // namespace fleet::exporters::compliance
