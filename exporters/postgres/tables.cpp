#include "exporters/postgres/tables.hpp"

#include <algorithm>
#include <numeric>

#include "exporters/postgres/column_samples.hpp"

namespace fleet::exporters::postgres {
namespace {

// The views join and group once each; their functions over pg_class, with every index summed once, cost half.
// A sum of bigint is a numeric, which costs a quarter of the whole; as float8 it is exact up to 2^53.
// In the order of the rendered label set, so that nothing is left to sort.
constexpr const char* kSql = R"(
WITH i AS MATERIALIZED (
  SELECT indrelid, sum(pg_stat_get_numscans(indexrelid)::float8)::bigint AS scans,
    sum(pg_stat_get_tuples_fetched(indexrelid)::float8)::bigint AS fetched,
    (sum(pg_stat_get_blocks_fetched(indexrelid)::float8) -
      sum(pg_stat_get_blocks_hit(indexrelid)::float8))::bigint AS read,
    sum(pg_stat_get_blocks_hit(indexrelid)::float8)::bigint AS hit
  FROM pg_index GROUP BY indrelid)
SELECT current_database() AS datname, n.nspname AS schemaname, c.relname, c.relpages,
  pg_stat_get_numscans(c.oid) AS seq_scan, pg_stat_get_tuples_returned(c.oid) AS seq_tup_read,
  i.scans AS idx_scan, i.fetched + pg_stat_get_tuples_fetched(c.oid) AS idx_tup_fetch,
  pg_stat_get_tuples_inserted(c.oid) AS n_tup_ins, pg_stat_get_tuples_updated(c.oid) AS n_tup_upd,
  pg_stat_get_tuples_deleted(c.oid) AS n_tup_del, pg_stat_get_tuples_hot_updated(c.oid) AS n_tup_hot_upd,
  pg_stat_get_live_tuples(c.oid) AS n_live_tup, pg_stat_get_dead_tuples(c.oid) AS n_dead_tup,
  pg_stat_get_mod_since_analyze(c.oid) AS n_mod_since_analyze,
  COALESCE(floor(date_part('epoch', pg_stat_get_last_vacuum_time(c.oid))), 0) AS last_vacuum,
  COALESCE(floor(date_part('epoch', pg_stat_get_last_autovacuum_time(c.oid))), 0) AS last_autovacuum,
  COALESCE(floor(date_part('epoch', pg_stat_get_last_analyze_time(c.oid))), 0) AS last_analyze,
  COALESCE(floor(date_part('epoch', pg_stat_get_last_autoanalyze_time(c.oid))), 0) AS last_autoanalyze,
  pg_stat_get_vacuum_count(c.oid) AS vacuum_count, pg_stat_get_autovacuum_count(c.oid) AS autovacuum_count,
  pg_stat_get_analyze_count(c.oid) AS analyze_count, pg_stat_get_autoanalyze_count(c.oid) AS autoanalyze_count,
  CASE WHEN c.relkind <> 'p' THEN pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid) END
    AS heap_blks_read,
  CASE WHEN c.relkind <> 'p' THEN pg_stat_get_blocks_hit(c.oid) END AS heap_blks_hit,
  CASE WHEN c.relkind <> 'p' THEN i.read END AS idx_blks_read,
  CASE WHEN c.relkind <> 'p' THEN i.hit END AS idx_blks_hit,
  CASE WHEN c.reltoastrelid <> 0
    THEN pg_stat_get_blocks_fetched(c.reltoastrelid) - pg_stat_get_blocks_hit(c.reltoastrelid) END AS
    toast_blks_read,
  CASE WHEN c.reltoastrelid <> 0 THEN pg_stat_get_blocks_hit(c.reltoastrelid) END AS toast_blks_hit,
  x.read AS tidx_blks_read, x.hit AS tidx_blks_hit
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN i ON i.indrelid = c.oid
  LEFT JOIN i x ON x.indrelid = c.reltoastrelid
WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
ORDER BY c.relname, n.nspname)";

constexpr std::string_view kLabels[] = {"datname", "relname", "schemaname", "server"};
constexpr ColumnMetric kMetrics[] = {
    {"seq_scan", "pg_stat_user_tables_seq_scan", kNamedByOthers,
     "Number of sequential scans initiated on this table"},
    {"seq_tup_read", "pg_stat_user_tables_seq_tup_read", kNamedByOthers,
     "Number of live rows fetched by sequential scans"},
    {"idx_scan", "pg_stat_user_tables_idx_scan", kNamedByOthers,
     "Number of index scans initiated on this table"},
    {"idx_tup_fetch", "pg_stat_user_tables_idx_tup_fetch", kNamedByOthers,
     "Number of live rows fetched by index scans"},
    {"n_tup_ins", "pg_stat_user_tables_n_tup_ins", kNamedByOthers, "Number of rows inserted"},
    {"n_tup_upd", "pg_stat_user_tables_n_tup_upd", kNamedByOthers, "Number of rows updated"},
    {"n_tup_del", "pg_stat_user_tables_n_tup_del", kNamedByOthers, "Number of rows deleted"},
    {"n_tup_hot_upd", "pg_stat_user_tables_n_tup_hot_upd", kNamedByOthers,
     "Number of rows HOT updated (i.e., with no separate index update required)"},
    {"n_live_tup", "pg_stat_user_tables_n_live_tup", MetricType::gauge, "Estimated number of live rows"},
    {"n_dead_tup", "pg_stat_user_tables_n_dead_tup", MetricType::gauge, "Estimated number of dead rows"},
    {"n_mod_since_analyze", "pg_stat_user_tables_n_mod_since_analyze", MetricType::gauge,
     "Estimated number of rows changed since last analyze"},
    {"last_vacuum", "pg_stat_user_tables_last_vacuum", MetricType::gauge,
     "Last time at which this table was manually vacuumed (not counting VACUUM FULL)"},
    {"last_autovacuum", "pg_stat_user_tables_last_autovacuum", MetricType::gauge,
     "Last time at which this table was vacuumed by the autovacuum daemon"},
    {"last_analyze", "pg_stat_user_tables_last_analyze", MetricType::gauge,
     "Last time at which this table was manually analyzed"},
    {"last_autoanalyze", "pg_stat_user_tables_last_autoanalyze", MetricType::gauge,
     "Last time at which this table was analyzed by the autovacuum daemon"},
    {"vacuum_count", "pg_stat_user_tables_vacuum_count", kNamedByOthers,
     "Number of times this table has been manually vacuumed (not counting VACUUM FULL)"},
    {"autovacuum_count", "pg_stat_user_tables_autovacuum_count", kNamedByOthers,
     "Number of times this table has been vacuumed by the autovacuum daemon"},
    {"analyze_count", "pg_stat_user_tables_analyze_count", kNamedByOthers,
     "Number of times this table has been manually analyzed"},
    {"autoanalyze_count", "pg_stat_user_tables_autoanalyze_count", kNamedByOthers,
     "Number of times this table has been analyzed by the autovacuum daemon"},
    {"heap_blks_read", "pg_statio_user_tables_heap_blks_read", kNamedByOthers,
     "Number of disk blocks read from this table"},
    {"heap_blks_hit", "pg_statio_user_tables_heap_blks_hit", kNamedByOthers,
     "Number of buffer hits in this table"},
    {"idx_blks_read", "pg_statio_user_tables_idx_blks_read", kNamedByOthers,
     "Number of disk blocks read from all indexes on this table"},
    {"idx_blks_hit", "pg_statio_user_tables_idx_blks_hit", kNamedByOthers,
     "Number of buffer hits in all indexes on this table"},
    {"toast_blks_read", "pg_statio_user_tables_toast_blks_read", kNamedByOthers,
     "Number of disk blocks read from this table's TOAST table (if any)"},
    {"toast_blks_hit", "pg_statio_user_tables_toast_blks_hit", kNamedByOthers,
     "Number of buffer hits in this table's TOAST table (if any)"},
    {"tidx_blks_read", "pg_statio_user_tables_tidx_blks_read", kNamedByOthers,
     "Number of disk blocks read from this table's TOAST table indexes (if any)"},
    {"tidx_blks_hit", "pg_statio_user_tables_tidx_blks_hit", kNamedByOthers,
     "Number of buffer hits in this table's TOAST table indexes (if any)"},
};

}  // namespace

std::vector<std::uint32_t> largest(std::span<const double> pages, std::size_t limit) {
  std::vector<std::uint32_t> indices(pages.size());
  std::iota(indices.begin(), indices.end(), 0U);
  if (limit >= indices.size()) return indices;
  auto const end = indices.begin() + static_cast<std::ptrdiff_t>(limit);
  std::nth_element(indices.begin(), end, indices.end(), [&](std::uint32_t a, std::uint32_t b) {
    return pages[a] != pages[b] ? pages[a] > pages[b] : a < b;
  });
  indices.erase(end, indices.end());
  std::sort(indices.begin(), indices.end());
  return indices;
}

ShownRows rows_of_largest(const Rows& rows, const TableFilter& filter) {
  auto const schema = rows.column("schemaname"), name = rows.column("relname"), size = rows.column("relpages");
  std::vector<std::size_t> admitted;
  std::vector<double> pages;
  std::string scratch;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!filter.admits(rows.text(row, schema), rows.text(row, name), scratch)) continue;
    admitted.push_back(row);
    pages.push_back(rows.number(row, size));
  }
  ShownRows shown{{}, 0};
  for (std::uint32_t const index : largest(pages, filter.limit)) shown.rows.push_back(admitted[index]);
  shown.beyond_limit = admitted.size() - shown.rows.size();
  return shown;
}

awaitable<void> Tables::measure(Deadline deadline, int, Families& out) {
  Rows const rows = co_await instance().query(kSql, deadline);
  ShownRows const shown = rows_of_largest(rows, filter_);
  ColumnSamples samples(rows, server(), kLabels, kMetrics, out);
  if (!shown.rows.empty()) samples.reserve(shown.rows.size(), shown.rows.back());
  for (std::size_t const row : shown.rows) samples.add(row);

  out.gauge("pg_health_exporter_tables_beyond_limit",
            "Tables that the configuration admits and its limit leaves out; the smallest are.")
      .add({{"datname", instance().database()}, {"server", server()}}, static_cast<double>(shown.beyond_limit));
}

}  // namespace fleet::exporters::postgres
