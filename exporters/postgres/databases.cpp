#include "exporters/postgres/databases.hpp"

#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/versioned_sql.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr std::string_view kSql = R"(
SELECT s.datid, s.datname, s.numbackends, s.xact_commit, s.xact_rollback, s.blks_read, s.blks_hit,
  s.tup_returned,
  s.tup_fetched, s.tup_inserted, s.tup_updated, s.tup_deleted, s.conflicts, s.temp_files, s.temp_bytes,
  s.deadlocks,
  s.checksum_failures, floor(date_part('epoch', s.checksum_last_failure)) AS checksum_last_failure,
  s.blk_read_time,
  s.blk_write_time, floor(date_part('epoch', s.stats_reset)) AS stats_reset,
  c.confl_tablespace, c.confl_lock, c.confl_snapshot, c.confl_bufferpin, c.confl_deadlock)";

constexpr VersionedSql kSessions[] = {{140000, R"(,
  s.session_time, s.active_time, s.idle_in_transaction_time, s.sessions, s.sessions_abandoned, s.sessions_fatal,
  s.sessions_killed)"}};

constexpr std::string_view kFrom = R"(
FROM pg_stat_database s LEFT JOIN pg_stat_database_conflicts c ON c.datid = s.datid
ORDER BY s.datid::text COLLATE "C")";

constexpr std::string_view kLabels[] = {"datid", "datname", "server"};
constexpr ColumnMetric kMetrics[] = {
    {"numbackends", "pg_stat_database_numbackends", MetricType::gauge,
     "Number of backends currently connected to this database."},
    {"xact_commit", "pg_stat_database_xact_commit", kNamedByOthers,
     "Number of transactions in this database that have been committed"},
    {"xact_rollback", "pg_stat_database_xact_rollback", kNamedByOthers,
     "Number of transactions in this database that have been rolled back"},
    {"blks_read", "pg_stat_database_blks_read", kNamedByOthers, "Number of disk blocks read in this database"},
    {"blks_hit", "pg_stat_database_blks_hit", kNamedByOthers,
     "Number of times disk blocks were found already in the buffer cache, so that a read was not necessary "
     "(this only "
     "includes hits in the PostgreSQL buffer cache, not the operating system's file system cache)"},
    {"tup_returned", "pg_stat_database_tup_returned", kNamedByOthers,
     "Number of rows returned by queries in this database"},
    {"tup_fetched", "pg_stat_database_tup_fetched", kNamedByOthers,
     "Number of rows fetched by queries in this database"},
    {"tup_inserted", "pg_stat_database_tup_inserted", kNamedByOthers,
     "Number of rows inserted by queries in this database"},
    {"tup_updated", "pg_stat_database_tup_updated", kNamedByOthers,
     "Number of rows updated by queries in this database"},
    {"tup_deleted", "pg_stat_database_tup_deleted", kNamedByOthers,
     "Number of rows deleted by queries in this database"},
    {"conflicts", "pg_stat_database_conflicts", kNamedByOthers,
     "Number of queries canceled due to conflicts with recovery in this database. (Conflicts occur only on "
     "standby "
     "servers; see pg_stat_database_conflicts for details.)"},
    {"temp_files", "pg_stat_database_temp_files", kNamedByOthers,
     "Number of temporary files created by queries in this database."},
    {"temp_bytes", "pg_stat_database_temp_bytes", kNamedByOthers,
     "Total amount of data written to temporary files by queries in this database."},
    {"deadlocks", "pg_stat_database_deadlocks", kNamedByOthers,
     "Number of deadlocks detected in this database"},
    {"checksum_failures", "pg_stat_database_checksum_failures", MetricType::untyped,
     "Data page checksum failures detected in this database; NaN if checksums are off"},
    {"checksum_last_failure", "pg_stat_database_checksum_last_failure", MetricType::untyped,
     "Time of the last checksum failure detected in this database"},
    {"blk_read_time", "pg_stat_database_blk_read_time", kNamedByOthers,
     "Time spent reading data file blocks by backends in this database, in milliseconds"},
    {"blk_write_time", "pg_stat_database_blk_write_time", kNamedByOthers,
     "Time spent writing data file blocks by backends in this database, in milliseconds"},
    {"stats_reset", "pg_stat_database_stats_reset", kNamedByOthers,
     "Time at which these statistics were last reset"},
};
constexpr ColumnMetric kSessionMetrics[] = {
    {"session_time", "pg_stat_database_session_time", MetricType::untyped,
     "Time spent by sessions in this database, in milliseconds"},
    {"active_time", "pg_stat_database_active_time", MetricType::untyped,
     "Time spent executing statements in this database, in milliseconds"},
    {"idle_in_transaction_time", "pg_stat_database_idle_in_transaction_time", MetricType::untyped,
     "Time spent idling in a transaction in this database, in milliseconds"},
    {"sessions", "pg_stat_database_sessions", MetricType::untyped, "Sessions established to this database"},
    {"sessions_abandoned", "pg_stat_database_sessions_abandoned", MetricType::untyped,
     "Sessions to this database whose client was lost"},
    {"sessions_fatal", "pg_stat_database_sessions_fatal", MetricType::untyped,
     "Sessions to this database ended by fatal errors"},
    {"sessions_killed", "pg_stat_database_sessions_killed", MetricType::untyped,
     "Sessions to this database ended by an operator"},
};
constexpr ColumnMetric kConflicts[] = {
    {"confl_tablespace", "pg_stat_database_conflicts_confl_tablespace", kNamedByOthers,
     "Number of queries in this database that have been canceled due to dropped tablespaces"},
    {"confl_lock", "pg_stat_database_conflicts_confl_lock", kNamedByOthers,
     "Number of queries in this database that have been canceled due to lock timeouts"},
    {"confl_snapshot", "pg_stat_database_conflicts_confl_snapshot", kNamedByOthers,
     "Number of queries in this database that have been canceled due to old snapshots"},
    {"confl_bufferpin", "pg_stat_database_conflicts_confl_bufferpin", kNamedByOthers,
     "Number of queries in this database that have been canceled due to pinned buffers"},
    {"confl_deadlock", "pg_stat_database_conflicts_confl_deadlock", kNamedByOthers,
     "Number of queries in this database that have been canceled due to deadlocks"},
};

}  // namespace

awaitable<void> Databases::measure(Deadline deadline, int server_version, Families& out) {
  std::string_view const sessions = sql_for(kSessions, server_version);
  bool const with_sessions = !sessions.empty();
  std::string sql(kSql);
  sql.append(sessions).append(kFrom);
  Rows const rows = co_await instance().query(std::move(sql), deadline);
  ColumnSamples(rows, server(), kLabels, kMetrics, out, OfNull::nan).add_all();
  if (with_sessions) ColumnSamples(rows, server(), kLabels, kSessionMetrics, out, OfNull::nan).add_all();
  ColumnSamples(rows, server(), kLabels, kConflicts, out).add_all();
}

}  // namespace fleet::exporters::postgres
