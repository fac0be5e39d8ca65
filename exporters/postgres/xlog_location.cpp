#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

// Modulo 2^52, which a double holds exactly.
constexpr VersionedSql kStatements[] = {{kOldest, R"(
SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END - '0/0')
  % (2^52)::bigint AS bytes)"}};

constexpr std::string_view kLabels[] = {"server"};
constexpr ColumnMetric kMetrics[] = {
    {"bytes", "pg_xlog_location_bytes", MetricType::gauge,
     "WAL position written on a primary or replayed on a replica (the low 52 bits)."}};
constexpr MetricSet kSets[] = {{kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kXlogLocation = {"xlog_location", kStatements, kSets};

}  // namespace fleet::exporters::postgres
