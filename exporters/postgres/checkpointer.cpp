#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr VersionedSql kStatements[] = {{170000, R"(
SELECT num_timed, num_requested, restartpoints_timed, restartpoints_req, restartpoints_done, write_time, sync_time,
  buffers_written, COALESCE(floor(date_part('epoch', stats_reset)), 0) AS stats_reset
FROM pg_stat_checkpointer)"}};

constexpr std::string_view kLabels[] = {"server"};
constexpr ColumnMetric kMetrics[] = {
    {"num_timed", "pg_stat_checkpointer_num_timed_total", MetricType::counter,
     "Number of scheduled checkpoints due to timeout"},
    {"num_requested", "pg_stat_checkpointer_num_requested_total", MetricType::counter,
     "Number of requested checkpoints that have been performed"},
    {"restartpoints_timed", "pg_stat_checkpointer_restartpoints_timed_total", MetricType::counter,
     "Number of scheduled restartpoints due to timeout or after a failed attempt to perform it"},
    {"restartpoints_req", "pg_stat_checkpointer_restartpoints_req_total", MetricType::counter,
     "Number of requested restartpoints"},
    {"restartpoints_done", "pg_stat_checkpointer_restartpoints_done_total", MetricType::counter,
     "Number of restartpoints that have been performed"},
    {"write_time", "pg_stat_checkpointer_write_time_total", MetricType::counter,
     "Time spent writing files of checkpoints and restartpoints to disk, in milliseconds"},
    {"sync_time", "pg_stat_checkpointer_sync_time_total", MetricType::counter,
     "Time spent synchronising files of checkpoints and restartpoints to disk, in milliseconds"},
    {"buffers_written", "pg_stat_checkpointer_buffers_written_total", MetricType::counter,
     "Number of buffers written during checkpoints and restartpoints"},
    {"stats_reset", "pg_stat_checkpointer_stats_reset_total", MetricType::counter,
     "Time at which these statistics were last reset"},
};
constexpr MetricSet kSets[] = {{kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kCheckpointer = {"stat_checkpointer", kStatements, kSets};

}  // namespace fleet::exporters::postgres
