// What consent.yml says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "core/postgres/session.hpp"
#include "exporters/custom_sql.hpp"
#include "exporters/sql_queries.hpp"

namespace fleet::exporters::consent {

struct Config {
  postgres::Options database;
  std::vector<std::string> consent_types;  ///< have series of value 0 before the tables hold anything of theirs
  std::size_t label_limit = 20;            ///< further types before "other"
  exporters::Queries queries;              ///< ready to send: placeholders filled in
  std::shared_ptr<const exporters::CustomSql> custom_sql;  ///< the queries that users write; never null
};

/// Reads and checks all of it, opens nothing. Throws config::Error.
Config read_config(const config::Document& document);

}  // namespace fleet::exporters::consent
