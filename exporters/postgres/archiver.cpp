#include "exporters/postgres/archiver.hpp"

#include "exporters/postgres/column_samples.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr const char* kSql = R"(
SELECT archived_count, failed_count, date_part('epoch', now() - last_archived_time) AS archive_age,
  date_part('epoch', now() - last_failed_time) AS failure_age,
  floor(date_part('epoch', last_archived_time)) AS archived_at,
  COALESCE(last_failed_time > COALESCE(last_archived_time, '-infinity'), false) AS failing,
  current_setting('archive_mode') <> 'off' AS enabled
FROM pg_stat_archiver)";

constexpr std::string_view kLabels[] = {"server"};
constexpr ColumnMetric kMetrics[] = {
    {"archived_count", "pg_stat_archiver_archived_count", kNamedByOthers,
     "Number of WAL files that have been successfully archived"},
    {"failed_count", "pg_stat_archiver_failed_count", kNamedByOthers,
     "Number of failed attempts for archiving WAL files"},
    {"archive_age", "pg_stat_archiver_last_archive_age", MetricType::gauge,
     "Time in seconds since last WAL segment was successfully archived"},
};
constexpr ColumnMetric kOurMetrics[] = {
    {"failure_age", "pg_stat_archiver_last_failure_age_seconds", MetricType::gauge,
     "Seconds since archiving last failed; absent if it never did."},
    {"archived_at", "pg_stat_archiver_last_success_timestamp_seconds", MetricType::gauge,
     "When a WAL segment was last archived; absent if none was."},
    {"failing", "pg_stat_archiver_failing", MetricType::gauge, "Whether the last attempt to archive failed."},
    {"enabled", "pg_stat_archiver_enabled", MetricType::gauge, "Whether archive_mode is on."},
};

}  // namespace

awaitable<void> Archiver::measure(Deadline deadline, int, Families& out) {
  Rows const rows = co_await instance().query(kSql, deadline);
  ColumnSamples(rows, server(), kLabels, kMetrics, out, OfNull::nan).add_all();
  ColumnSamples(rows, server(), kLabels, kOurMetrics, out).add_all();
}

}  // namespace fleet::exporters::postgres
