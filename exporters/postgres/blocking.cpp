#include "exporters/postgres/blocking.hpp"

#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/query_text.hpp"
#include "exporters/postgres/versioned_sql.hpp"

namespace fleet::exporters::postgres {
namespace {

// pg_blocking_pids() stops the lock manager for a moment, hence only for sessions that wait, and for no more
// than 50. A prepared transaction blocks as process 0.
constexpr std::string_view kSql = R"(
, pairs AS MATERIALIZED (
  SELECT DISTINCT pid, since, unnest(pg_blocking_pids(pid)) AS blocker FROM (SELECT * FROM waits ORDER BY since LIMIT 50) w)
SELECT COALESCE(b.datname, '') AS datname, COALESCE(b.usename, '') AS blocked_user,
  COALESCE(b.application_name, '') AS blocked_application,
  CASE p.blocker WHEN 0 THEN 'prepared transaction' ELSE COALESCE(k.state, '') END AS blocking_state,
  COALESCE(k.usename, '') AS blocking_user, COALESCE(k.application_name, '') AS blocking_application,
  count(DISTINCT p.pid) AS blocked, count(DISTINCT p.blocker) AS blocking,
  GREATEST(0, max(date_part('epoch', clock_timestamp() - p.since))) AS longest,
  min(b.query) AS blocked_query, min(k.query) AS blocking_query
FROM pairs p LEFT JOIN pg_stat_activity b ON b.pid = p.pid LEFT JOIN pg_stat_activity k ON k.pid = p.blocker
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY longest DESC NULLS LAST, 1, 2, 3, 4, 5, 6 LIMIT )";

constexpr VersionedSql kWaits[] = {{kOldest, R"(
WITH waits AS MATERIALIZED (SELECT l.pid, min(a.query_start) AS since FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE NOT l.granted GROUP BY l.pid))"},
                                   // For a moment waitstart is NULL: the wait has only just begun.
                                   {140000, R"(
WITH waits AS MATERIALIZED (SELECT pid, COALESCE(min(waitstart), clock_timestamp()) AS since FROM pg_locks
  WHERE NOT granted GROUP BY pid))"}};

constexpr std::string_view kLabels[] = {"blocked_application",
                                        "blocked_user",
                                        "blocking_application",
                                        "blocking_state",
                                        "blocking_user",
                                        "datname",
                                        "server"};
constexpr ColumnMetric kMetrics[] = {
    {"blocked", "pg_locks_blocked_sessions", MetricType::gauge,
     "Sessions of one role and application that wait for a lock of another's."},
    {"blocking", "pg_locks_blocking_sessions", MetricType::gauge, "The sessions that they wait for."},
    {"longest", "pg_locks_blocked_max_seconds", MetricType::gauge, "The longest of these waits."},
};

constexpr std::size_t kQueryLength = 200;

}  // namespace

void Blocking::add_queries(const Rows& rows, Families& out) const {
  Family& family =
      out.gauge("pg_locks_blocking_query_info",
                "A statement that waits, and the last one of who blocks it, without their constants.");
  auto const database = rows.column("datname"), blocked = rows.column("blocked_query"),
             blocking = rows.column("blocking_query");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::string const waits = without_constants(rows.text(row, blocked), kQueryLength);
    std::string const holds = without_constants(rows.text(row, blocking), kQueryLength);
    family.add({{"blocked_query", waits},
                {"blocking_query", holds},
                {"datname", rows.text(row, database)},
                {"server", server()}},
               1);
  }
}

awaitable<void> Blocking::measure(Deadline deadline, int server_version, Families& out) {
  std::string sql(sql_for(kWaits, server_version));
  sql.append(kSql).append(std::to_string(options_.limit));
  Rows const rows = co_await instance().query(std::move(sql), deadline);
  if (rows.size() == 0) co_return;
  ColumnSamples(rows, server(), kLabels, kMetrics, out).add_all();
  if (options_.queries) add_queries(rows, out);
}

}  // namespace fleet::exporters::postgres
