// What compliance.yml says.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "core/http/client.hpp"
#include "core/postgres/session.hpp"
#include "exporters/custom_sql.hpp"
#include "exporters/sql_queries.hpp"

namespace fleet::exporters::compliance {

/// Where the compliance monitor answers, and which of its words mean that all is well.
struct MonitorConfig {
  http::Url url;
  http::TlsOptions tls;
  std::chrono::milliseconds timeout{3000};
  std::vector<std::string> compliant_statuses = {"compliant"};
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
  exporters::Queries queries;  ///< ready to send: placeholders filled in
  std::shared_ptr<const exporters::CustomSql> custom_sql;  ///< the queries that users write; never null
};

/// Reads and checks all of it, opens nothing. Throws config::Error.
Config read_config(const config::Document& document);

}  // namespace fleet::exporters::compliance
