#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr VersionedSql kStatements[] = {{kOldest, R"(
SELECT checkpoints_timed, checkpoints_req, checkpoint_write_time, checkpoint_sync_time, buffers_checkpoint,
  buffers_clean, maxwritten_clean, buffers_backend, buffers_backend_fsync, buffers_alloc,
  floor(date_part('epoch', stats_reset)) AS stats_reset
FROM pg_stat_bgwriter)"},
                                        {170000, R"(
SELECT c.num_timed AS checkpoints_timed, c.num_requested AS checkpoints_req,
  c.write_time AS checkpoint_write_time,
  c.sync_time AS checkpoint_sync_time, c.buffers_written AS buffers_checkpoint, b.buffers_clean,
  b.maxwritten_clean,
  NULL AS buffers_backend, NULL AS buffers_backend_fsync, b.buffers_alloc,
  floor(date_part('epoch', b.stats_reset)) AS stats_reset
FROM pg_stat_bgwriter b CROSS JOIN pg_stat_checkpointer c)"}};

constexpr std::string_view kLabels[] = {"server"};
constexpr ColumnMetric kMetrics[] = {
    {"checkpoints_timed", "pg_stat_bgwriter_checkpoints_timed_total", MetricType::counter,
     "Number of scheduled checkpoints that have been performed"},
    {"checkpoints_req", "pg_stat_bgwriter_checkpoints_req_total", MetricType::counter,
     "Number of requested checkpoints that have been performed"},
    {"checkpoint_write_time", "pg_stat_bgwriter_checkpoint_write_time_total", MetricType::counter,
     "Total amount of time that has been spent in the portion of checkpoint processing where files are written "
     "to disk, "
     "in milliseconds"},
    {"checkpoint_sync_time", "pg_stat_bgwriter_checkpoint_sync_time_total", MetricType::counter,
     "Total amount of time that has been spent in the portion of checkpoint processing where files are "
     "synchronized to "
     "disk, in milliseconds"},
    {"buffers_checkpoint", "pg_stat_bgwriter_buffers_checkpoint_total", MetricType::counter,
     "Number of buffers written during checkpoints"},
    {"buffers_clean", "pg_stat_bgwriter_buffers_clean_total", MetricType::counter,
     "Number of buffers written by the background writer"},
    {"maxwritten_clean", "pg_stat_bgwriter_maxwritten_clean_total", MetricType::counter,
     "Number of times the background writer stopped a cleaning scan because it had written too many buffers"},
    {"buffers_backend", "pg_stat_bgwriter_buffers_backend_total", MetricType::counter,
     "Number of buffers written directly by a backend"},
    {"buffers_backend_fsync", "pg_stat_bgwriter_buffers_backend_fsync_total", MetricType::counter,
     "Number of times a backend had to execute its own fsync call (normally the background writer handles "
     "those even "
     "when the backend does its own write)"},
    {"buffers_alloc", "pg_stat_bgwriter_buffers_alloc_total", MetricType::counter,
     "Number of buffers allocated"},
    {"stats_reset", "pg_stat_bgwriter_stats_reset_total", MetricType::counter,
     "Time at which these statistics were last reset"},
};
constexpr MetricSet kSets[] = {{kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kCheckpoints = {"checkpoints", kStatements, kSets};

}  // namespace fleet::exporters::postgres
