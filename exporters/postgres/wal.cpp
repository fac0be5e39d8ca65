#include "exporters/postgres/wal.hpp"

#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/versioned_sql.hpp"

namespace fleet::exporters::postgres {
namespace {

// The control file follows a promotion only at the next checkpoint, so a primary's timeline is read from its
// WAL's name.
constexpr const char* kSql = R"(
SELECT CASE WHEN pg_is_in_recovery()
    THEN COALESCE((SELECT received_tli FROM pg_stat_wal_receiver),
    (SELECT timeline_id FROM pg_control_checkpoint()))
    ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
  END AS timeline,
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END
  - '0/0'::pg_lsn AS position,
  w.segments, w.bytes
FROM (SELECT count(*) AS segments, sum(size) AS bytes FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$') w)";

constexpr VersionedSql kWrittenSql[] = {
    {140000, "SELECT wal_records, wal_fpi, wal_bytes, wal_buffers_full FROM pg_stat_wal"}};

constexpr std::string_view kLabels[] = {"server"};
constexpr ColumnMetric kMetrics[] = {
    {"timeline", "pg_timeline_id", MetricType::gauge,
     "Timeline of the WAL that the server writes or receives; a promotion begins a new one."},
    {"position", "pg_wal_lsn_bytes", MetricType::gauge,
     "WAL position in bytes: written on a primary, replayed on a replica."},
    {"segments", "pg_wal_segments", MetricType::gauge, "Number of WAL segments"},
    {"bytes", "pg_wal_size_bytes", MetricType::gauge, "Total size of WAL segments"},
};
constexpr ColumnMetric kWritten[] = {
    {"wal_records", "pg_stat_wal_records_total", MetricType::counter, "WAL records generated."},
    {"wal_fpi", "pg_stat_wal_fpi_total", MetricType::counter, "Full page images in WAL."},
    {"wal_bytes", "pg_stat_wal_bytes_total", MetricType::counter, "WAL generated."},
    {"wal_buffers_full", "pg_stat_wal_buffers_full_total", MetricType::counter,
     "Times WAL was written because its buffers were full."},
};

}  // namespace

awaitable<void> Wal::measure(Deadline deadline, int server_version, Families& out) {
  Rows const rows = co_await instance().query(kSql, deadline);
  std::string written_sql(sql_for(kWrittenSql, server_version));
  if (!written_sql.empty()) {
    Rows const written = co_await instance().query(std::move(written_sql), deadline);
    ColumnSamples(written, server(), kLabels, kWritten, out).add_all();
  }
  ColumnSamples(rows, server(), kLabels, kMetrics, out).add_all();
}

}  // namespace fleet::exporters::postgres
