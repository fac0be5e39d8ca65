// The configuration of pg_health_exporter: which servers, which subjects, which tables, how often the slow
// ones.
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"
#include "core/postgres/session.hpp"
#include "exporters/custom_sql.hpp"
#include "exporters/postgres/backups.hpp"

namespace fleet::exporters::postgres {

/// Which tables get series of their own. Patterns are searched in "schema.table".
struct TableFilter {
  std::shared_ptr<const re2::RE2> include;  ///< null: all
  std::shared_ptr<const re2::RE2> exclude;  ///< null: none
  std::size_t limit = 5000;                 ///< of these the largest; the rest is counted, not shown

  /// `scratch` is overwritten; it spares an allocation per table.
  bool admits(std::string_view schema, std::string_view table, std::string& scratch) const;
};

/// How old a value may be that is too costly to ask for at every scrape.
struct Intervals {
  std::chrono::milliseconds database_sizes = std::chrono::minutes(5);
  std::chrono::milliseconds table_sizes = std::chrono::minutes(10);
  std::chrono::milliseconds settings = std::chrono::minutes(1);
};

struct InstanceConfig {
  std::string name;  ///< the operators' own word for it, in log lines and pg_health_exporter_instance_info
  fleet::postgres::Options options;
  bool is_pooler = false;  ///< a PgBouncer, whose admin console is asked
};

struct Config {
  std::vector<InstanceConfig> instances;        ///< names and addresses are unique
  std::vector<InstanceConfig> poolers;          ///< instances of kind pgbouncer; there is at least one of either
  std::set<std::string, std::less<>> disabled;  ///< names of subjects that are switched off
  TableFilter tables;
  Intervals intervals;
  std::vector<BackupSource> backups;
  std::shared_ptr<const CustomSql> custom_sql;  ///< the queries that users write; never null

  bool enabled(std::string_view subject) const { return !disabled.contains(subject); }
};

/// Checks the whole file; throws config::Error. Opens no connection.
/// `queries_files` are further files of custom queries, in postgres_exporter's format.
Config read_config(const config::Document& document, const std::vector<std::string>& queries_files = {});

}  // namespace fleet::exporters::postgres
