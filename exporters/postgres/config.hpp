// The configuration of pg_health_exporter: which servers, which subjects, which tables, how often the slow
// ones.
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"
#include "core/postgres/session.hpp"
#include "exporters/custom_sql.hpp"
#include "exporters/postgres/backups.hpp"
#include "exporters/postgres/probe_config.hpp"

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
  std::chrono::milliseconds buffercache_summary = std::chrono::minutes(1);
};

/// What pg_stat_statements shows.
struct StatementOptions {
  std::size_t limit = 100;         ///< of the statements that took the most time
  bool include_query = false;      ///< their texts, too
  std::size_t query_length = 120;  ///< bytes of a text
};

struct InstanceConfig {
  std::string name;  ///< the operators' own word for it, in log lines and pg_health_exporter_instance_info
  fleet::postgres::Options options;
  std::string cluster;     ///< which servers can take each other's place; "": those of one system identifier
  bool is_pooler = false;  ///< a PgBouncer, whose admin console is asked
};

/// Which databases of a server have series of their tables, beside the one that the instance names.
struct DatabaseFilter {
  bool discover = false;
  std::shared_ptr<const re2::RE2> include, exclude;  ///< searched in the name; null: all, none
  std::size_t limit = 50;                            ///< of what is left the first by name
  std::size_t connections = 5;  ///< asked at once; if there are more, their sessions are not kept

  bool admits(std::string_view database) const;
};

/// Who blocks whom.
struct LockOptions {
  bool queries = false;    ///< show the statements, without their constants
  std::size_t limit = 20;  ///< pairs shown; the longest waits first
};

struct Config {
  std::vector<InstanceConfig> instances;  ///< names and addresses are unique
  std::vector<InstanceConfig> poolers;  ///< instances of kind pgbouncer; none of either only if there is /probe
  std::map<std::string, bool, std::less<>> switched;  ///< subjects that are switched on or off, by our names
  TableFilter tables;
  Intervals intervals;
  StatementOptions statements;
  DatabaseFilter databases;
  LockOptions locks;
  ProbeConfig probe;
  std::vector<BackupSource> backups;
  std::shared_ptr<const CustomSql> custom_sql;  ///< the queries that users write; never null

  bool enabled(std::string_view subject) const;
};

/// Checks the whole file; throws config::Error. Opens no connection.
/// `queries_files` are further files of custom queries, in postgres_exporter's format.
Config read_config(const config::Document& document, const std::vector<std::string>& queries_files = {});

}  // namespace fleet::exporters::postgres
