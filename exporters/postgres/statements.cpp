#include "exporters/postgres/statements.hpp"

#include <unordered_set>

#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/query_text.hpp"
#include "exporters/postgres/readout.hpp"

namespace fleet::exporters::postgres {
namespace {

// A statement is counted apart when another one calls it, which is no label here. Of those in the fastest tenth
// nothing is shown.
constexpr VersionedSql kStatements[] = {{kOldest, R"(
WITH s AS MATERIALIZED (
  SELECT userid, dbid, queryid, min(query) AS query, sum(calls) AS calls, sum(total_exec_time) AS time, sum(rows) AS rows,
    sum(blk_read_time) AS read_time, sum(blk_write_time) AS write_time
  FROM $SCHEMA.pg_stat_statements($TEXT) GROUP BY userid, dbid, queryid)
SELECT pg_get_userbyid(s.userid) AS "user", d.datname, COALESCE(s.queryid::text, 'unknown') AS queryid, s.query,
  s.calls, s.time / 1000 AS seconds, s.rows, s.read_time / 1000 AS read_seconds, s.write_time / 1000 AS write_seconds
FROM s JOIN pg_database d ON d.oid = s.dbid
WHERE s.time > (SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY time) FROM s)
ORDER BY s.time DESC LIMIT $LIMIT)"},
                                        {170000, R"(
WITH s AS MATERIALIZED (
  SELECT userid, dbid, queryid, min(query) AS query, sum(calls) AS calls, sum(total_exec_time) AS time, sum(rows) AS rows,
    sum(shared_blk_read_time) AS read_time, sum(shared_blk_write_time) AS write_time
  FROM $SCHEMA.pg_stat_statements($TEXT) GROUP BY userid, dbid, queryid)
SELECT pg_get_userbyid(s.userid) AS "user", d.datname, COALESCE(s.queryid::text, 'unknown') AS queryid, s.query,
  s.calls, s.time / 1000 AS seconds, s.rows, s.read_time / 1000 AS read_seconds, s.write_time / 1000 AS write_seconds
FROM s JOIN pg_database d ON d.oid = s.dbid
WHERE s.time > (SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY time) FROM s)
ORDER BY s.time DESC LIMIT $LIMIT)"}};

constexpr std::string_view kLabels[] = {"datname", "queryid", "server", "user"};
constexpr ColumnMetric kMetrics[] = {
    {"calls", "pg_stat_statements_calls_total", MetricType::counter, "Number of times executed"},
    {"seconds", "pg_stat_statements_seconds_total", MetricType::counter,
     "Total time spent in the statement, in seconds"},
    {"rows", "pg_stat_statements_rows_total", MetricType::counter,
     "Total number of rows retrieved or affected by the statement"},
    {"read_seconds", "pg_stat_statements_block_read_seconds_total", MetricType::counter,
     "Total time the statement spent reading blocks, in seconds"},
    {"write_seconds", "pg_stat_statements_block_write_seconds_total", MetricType::counter,
     "Total time the statement spent writing blocks, in seconds"},
};

void put(std::string& sql, std::string_view place, std::string_view text) {
  sql.replace(sql.find(place), place.size(), text);
}

}  // namespace

constexpr std::span<const VersionedSql> kStatementsSql = kStatements;

std::string Statements::sql(int server_version, std::string_view schema) const {
  std::string text = with_schema(sql_for(kStatements, server_version), schema);
  put(text, "$TEXT", options_.include_query ? "true" : "false");
  put(text, "$LIMIT", std::to_string(options_.limit));
  return text;
}

void Statements::add_texts(const Rows& rows, Families& out) const {
  // Not a counter's name, although postgres_exporter calls it one.
  Family& family = out.family("pg_stat_statements_query_id", kNamedByOthers, "SQL Query to queryid mapping");
  auto const id = rows.column("queryid"), query = rows.column("query");
  std::unordered_set<std::string_view> seen;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!seen.insert(rows.text(row, id)).second) continue;
    family.add({{"query", shortened(rows.text(row, query), options_.query_length)},
                {"queryid", rows.text(row, id)},
                {"server", server()}},
               1);
  }
}

awaitable<void> Statements::measure(Deadline deadline, int server_version, Families& out) {
  std::string const schema = co_await schema_of_extension(instance(), "pg_stat_statements", deadline);
  std::string text = sql(server_version, schema);
  Rows const rows = co_await instance().query(std::move(text), deadline);
  ColumnSamples(rows, server(), kLabels, kMetrics, out).add_all();
  if (options_.include_query) add_texts(rows, out);
}

}  // namespace fleet::exporters::postgres
