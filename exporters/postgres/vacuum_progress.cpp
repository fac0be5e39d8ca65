#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

// A table of another database has no name here, only its number. One row a phase of each vacuum; what is not of
// the phase stands in the row of the first. 17 counts dead tuples by the bytes of their identifiers.
constexpr VersionedSql kStatements[] = {{kOldest, R"(
SELECT v.datname, CASE WHEN v.datname = current_database() THEN v.relid::regclass::text ELSE v.relid::text END AS relname,
  p.phase, (p.phase = v.phase)::int AS active, CASE WHEN p.n = 0 THEN v.heap_blks_total END AS heap_blks,
  CASE WHEN p.n = 0 THEN v.heap_blks_scanned END AS heap_blks_scanned,
  CASE WHEN p.n = 0 THEN v.heap_blks_vacuumed END AS heap_blks_vacuumed,
  CASE WHEN p.n = 0 THEN v.index_vacuum_count END AS index_vacuums,
  CASE WHEN p.n = 0 THEN v.max_dead_tuples END AS max_dead_tuples,
  CASE WHEN p.n = 0 THEN v.num_dead_tuples END AS num_dead_tuples,
  NULL AS max_dead_tuple_bytes, NULL AS dead_tuple_bytes
FROM pg_stat_progress_vacuum v CROSS JOIN (VALUES (0, 'initializing'), (1, 'scanning heap'), (2, 'vacuuming indexes'),
  (3, 'vacuuming heap'), (4, 'cleaning up indexes'), (5, 'truncating heap'), (6, 'performing final cleanup')) p(n, phase)
ORDER BY v.datname, relname, p.phase)"},
                                        {170000, R"(
SELECT v.datname, CASE WHEN v.datname = current_database() THEN v.relid::regclass::text ELSE v.relid::text END AS relname,
  p.phase, (p.phase = v.phase)::int AS active, CASE WHEN p.n = 0 THEN v.heap_blks_total END AS heap_blks,
  CASE WHEN p.n = 0 THEN v.heap_blks_scanned END AS heap_blks_scanned,
  CASE WHEN p.n = 0 THEN v.heap_blks_vacuumed END AS heap_blks_vacuumed,
  CASE WHEN p.n = 0 THEN v.index_vacuum_count END AS index_vacuums,
  NULL AS max_dead_tuples, CASE WHEN p.n = 0 THEN v.num_dead_item_ids END AS num_dead_tuples,
  CASE WHEN p.n = 0 THEN v.max_dead_tuple_bytes END AS max_dead_tuple_bytes,
  CASE WHEN p.n = 0 THEN v.dead_tuple_bytes END AS dead_tuple_bytes
FROM pg_stat_progress_vacuum v CROSS JOIN (VALUES (0, 'initializing'), (1, 'scanning heap'), (2, 'vacuuming indexes'),
  (3, 'vacuuming heap'), (4, 'cleaning up indexes'), (5, 'truncating heap'), (6, 'performing final cleanup')) p(n, phase)
ORDER BY v.datname, relname, p.phase)"}};

constexpr std::string_view kPhaseLabels[] = {"datname", "phase", "relname", "server"};
constexpr ColumnMetric kPhases[] = {{"active", "pg_stat_progress_vacuum_phase", MetricType::gauge,
                                     "Whether the vacuum of this table is in this phase now."}};
constexpr std::string_view kLabels[] = {"datname", "relname", "server"};
constexpr ColumnMetric kMetrics[] = {
    {"heap_blks", "pg_stat_progress_vacuum_heap_blks", MetricType::gauge,
     "Total number of heap blocks in the table being vacuumed."},
    {"heap_blks_scanned", "pg_stat_progress_vacuum_heap_blks_scanned", MetricType::gauge,
     "Number of heap blocks scanned so far."},
    {"heap_blks_vacuumed", "pg_stat_progress_vacuum_heap_blks_vacuumed", MetricType::gauge,
     "Number of heap blocks vacuumed so far."},
    {"index_vacuums", "pg_stat_progress_vacuum_index_vacuums", MetricType::gauge,
     "Number of completed index vacuum cycles."},
    {"max_dead_tuples", "pg_stat_progress_vacuum_max_dead_tuples", MetricType::gauge,
     "Dead tuples that can be stored before the indexes must be vacuumed; until PostgreSQL 16."},
    {"num_dead_tuples", "pg_stat_progress_vacuum_num_dead_tuples", MetricType::gauge,
     "Dead tuples collected since the last index vacuum cycle."},
    {"max_dead_tuple_bytes", "pg_stat_progress_vacuum_max_dead_tuple_bytes", MetricType::gauge,
     "Room for dead tuples before the indexes must be vacuumed; from PostgreSQL 17 on."},
    {"dead_tuple_bytes", "pg_stat_progress_vacuum_dead_tuple_bytes", MetricType::gauge,
     "Bytes of dead tuples collected since the last index vacuum cycle; from PostgreSQL 17 on."},
};
constexpr MetricSet kSets[] = {{kPhaseLabels, kPhases}, {kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kVacuumProgress = {"stat_progress_vacuum", kStatements, kSets};

}  // namespace fleet::exporters::postgres
