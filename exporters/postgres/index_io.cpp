#include "exporters/postgres/index_io.hpp"

#include "exporters/postgres/column_samples.hpp"
#include "exporters/postgres/tables.hpp"

namespace fleet::exporters::postgres {
namespace {

// In the order of the rendered label set.
constexpr const char* kSql = R"(
SELECT current_database() AS datname, n.nspname AS schemaname, t.relname, i.relname AS indexrelname, i.relpages,
  pg_stat_get_blocks_fetched(i.oid) - pg_stat_get_blocks_hit(i.oid) AS read, pg_stat_get_blocks_hit(i.oid) AS hit
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE t.relkind IN ('r', 'm') AND t.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
ORDER BY i.relname, t.relname, n.nspname)";

constexpr std::string_view kLabels[] = {"datname", "indexrelname", "relname", "schemaname", "server"};
constexpr ColumnMetric kMetrics[] = {
    {"read", "pg_statio_user_indexes_idx_blks_read_total", MetricType::counter,
     "Number of disk blocks read from this index"},
    {"hit", "pg_statio_user_indexes_idx_blks_hit_total", MetricType::counter,
     "Number of buffer hits in this index"},
};

}  // namespace

awaitable<void> IndexIo::measure(Deadline deadline, int, Families& out) {
  Rows const rows = co_await instance().query(kSql, deadline);
  ShownRows const shown = rows_of_largest(rows, filter_);
  ColumnSamples samples(rows, server(), kLabels, kMetrics, out);
  if (!shown.rows.empty()) samples.reserve(shown.rows.size(), shown.rows.back());
  for (std::size_t const row : shown.rows) samples.add(row);
}

}  // namespace fleet::exporters::postgres
