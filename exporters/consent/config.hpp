// What consent.yml says.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "core/postgres/session.hpp"
#include "exporters/custom_sql.hpp"
#include "exporters/sql_queries.hpp"

namespace fleet::exporters::consent {

/// What `check` lets pass.
struct CheckLimits {
  std::chrono::milliseconds act_within = std::chrono::hours(24);                 ///< after a withdrawal
  double max_after_withdrawal = 0, max_after_expiry = 0, max_without_grant = 0;  ///< uses within the window
};

struct Config {
  postgres::Options database;
  std::vector<std::string> consent_types;  ///< have series of value 0 before the tables hold anything of theirs
  std::size_t label_limit = 20;            ///< further types before "other"
  CheckLimits check;
  exporters::Queries queries;        ///< ready to send: placeholders filled in
  exporters::Queries check_queries;  ///< the same for `check`, which may look at a longer window
  std::shared_ptr<const exporters::CustomSql> custom_sql;  ///< the queries that users write; never null
};

/// Reads and checks all of it, opens nothing. Throws config::Error.
Config read_config(const config::Document& document);

}  // namespace fleet::exporters::consent
