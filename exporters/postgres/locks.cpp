#include "exporters/postgres/locks.hpp"

#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/versioned_sql.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr const char* kByModeSql = R"(
SELECT d.datname, m.mode, COALESCE(l.count, 0) AS count
FROM (VALUES ('accessexclusivelock'), ('accesssharelock'), ('exclusivelock'), ('rowexclusivelock'),
  ('rowsharelock'),
        ('sharelock'), ('sharerowexclusivelock'), ('shareupdateexclusivelock'), ('sireadlock')) AS m(mode)
  CROSS JOIN pg_database d
  LEFT JOIN (SELECT database, lower(mode) AS mode, count(*) AS count FROM pg_locks WHERE database IS NOT NULL
             GROUP BY 1, 2) l ON l.mode = m.mode AND l.database = d.oid
ORDER BY d.datname, m.mode COLLATE "C")";

// pg_blocking_pids() stops the lock manager for a moment, hence only for sessions that wait, and for no more
// than 50.
constexpr const char* kWaitsSql = R"(
WITH waits AS MATERIALIZED (SELECT DISTINCT pid FROM pg_locks WHERE NOT granted)
SELECT (SELECT count(*) FROM waits) AS waiting,
  (SELECT count(DISTINCT blocker)
   FROM (SELECT unnest(pg_blocking_pids(pid)) AS blocker FROM (SELECT pid FROM waits LIMIT 50) w) b) AS
   blockers,
  COALESCE(GREATEST(0, ($LONGEST)), 0) AS longest)";

// The time at which a wait began is known from 14 on; before, the statement's beginning is the nearest to it.
constexpr VersionedSql kLongest[] = {
    {kOldest,
     "SELECT max(date_part('epoch', clock_timestamp() - query_start)) FROM pg_stat_activity WHERE "
     "wait_event_type = 'Lock'"},
    {140000, "SELECT max(date_part('epoch', clock_timestamp() - waitstart)) FROM pg_locks WHERE NOT granted"}};

std::string waits_sql(int version) {
  std::string sql = kWaitsSql;
  constexpr std::string_view kPlace = "$LONGEST";
  return sql.replace(sql.find(kPlace), kPlace.size(), sql_for(kLongest, version));
}

constexpr std::string_view kLabels[] = {"datname", "mode", "server"};
constexpr ColumnMetric kByMode[] = {{"count", "pg_locks_count", kNamedByOthers, "Number of locks"}};

constexpr std::string_view kServerLabel[] = {"server"};
constexpr ColumnMetric kWaits[] = {
    {"waiting", "pg_locks_waiting", MetricType::gauge, "Sessions that wait for a lock."},
    {"blockers", "pg_locks_blockers", MetricType::gauge,
     "Sessions that others wait for (of the first 50 that wait)."},
    {"longest", "pg_locks_longest_wait_seconds", MetricType::gauge,
     "How long the session that waits longest for a lock has waited; 0 if none waits."},
};

}  // namespace

awaitable<void> Locks::measure(Deadline deadline, int server_version, Families& out) {
  std::string const sql = waits_sql(server_version);
  Rows const waits = co_await instance().query(sql, deadline);
  Rows const by_mode = co_await instance().query(kByModeSql, deadline);
  ColumnSamples(waits, server(), kServerLabel, kWaits, out).add_all();
  ColumnSamples(by_mode, server(), kLabels, kByMode, out).add_all();
}

}  // namespace fleet::exporters::postgres
