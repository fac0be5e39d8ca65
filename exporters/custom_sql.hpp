// The queries that a user writes: what each asks, and what its columns become.
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"
#include "core/metrics/families.hpp"
#include "exporters/version_range.hpp"

namespace fleet::exporters {

/// What a column of a result becomes.
enum class ColumnUse : std::uint8_t {
  label,      ///< a label of every metric of the row
  number,     ///< a metric: numbers, booleans, points in time (as Unix seconds)
  mapped,     ///< a metric whose words `mapping` turns into numbers
  duration,   ///< a metric in milliseconds, of text such as `1h2m3.5s` (postgres_exporter's DURATION)
  histogram,  ///< the bounds of a histogram; `_bucket`, `_sum` and `_count` are columns beside it
  discard,    ///< nothing
};

struct CustomColumn {
  std::string column;  ///< its name in the result
  ColumnUse use = ColumnUse::number;
  std::string metric;  ///< "" for labels and what is discarded
  MetricType type = MetricType::gauge;
  std::string help;
  std::map<std::string, double, std::less<>> mapping;
  VersionRange versions;  ///< of the servers whose result has it
};

/// Where a query is asked. Neither names nor a pattern: in the database of the connection.
struct DatabaseChoice {
  std::vector<std::string> names;
  std::shared_ptr<const re2::RE2> pattern;  ///< of whole names, of the databases that the role may connect to

  bool own() const { return names.empty() && !pattern; }
};

struct CustomQuery {
  std::string name;  ///< prefix of its metrics, and the `query` label
  std::string sql;   ///< one statement that reads
  std::vector<CustomColumn> columns;
  std::chrono::milliseconds interval{0};             ///< how old an answer may be before it is asked again
  std::optional<std::chrono::milliseconds> timeout;  ///< without one: the connection's statement_timeout
  std::size_t max_rows = 1000;                       ///< a result of more rows is refused
  DatabaseChoice databases;
  VersionRange versions;  ///< of the servers that are asked
  /// As postgres_exporter does: numbers in columns that are not listed are exported too, and a metric that the
  /// exporter has itself is left out without being a failure.
  bool lenient = false;
};

/// All custom queries of an exporter.
struct CustomSql {
  std::vector<CustomQuery> queries;
  std::set<std::string, std::less<>> metrics;  ///< every name that the queries may export

  bool empty() const { return queries.empty(); }
};

/// What an exporter keeps for itself.
struct OwnNames {
  std::span<const std::string_view> metric_prefixes;  ///< "compliance_"
  std::span<const std::string_view> labels;           ///< that the exporter adds: "server"
};

/// The keys that an exporter's configuration has for custom queries.
inline constexpr std::string_view kCustomQueriesKey = "custom_queries";
inline constexpr std::string_view kCustomQueriesFilesKey = "custom_queries_files";

/// A query's text as it stands (`${...}` may be part of it), without the semicolon behind it: one statement
/// that reads. Throws config::Error.
std::string read_statement(const config::Value& value);

/// Reads both keys of an exporter's configuration, the files of the second, and `more_files` (of the command
/// line). Throws config::Error: for a query that is not one reading statement, for names that Prometheus or the
/// exporter does not allow, for a metric that two queries have on one server.
CustomSql read_custom_sql(const config::Mapping& root, const OwnNames& own,
                          const std::vector<std::string>& more_files = {});

}  // namespace fleet::exporters
