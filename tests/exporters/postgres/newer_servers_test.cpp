// What servers that are newer than the installed one are asked, on views with their columns.
#include <catch2/catch.hpp>

#include "exporters/postgres/buffer_cache.hpp"
#include "exporters/postgres/readouts.hpp"
#include "exporters/postgres/statements.hpp"
#include "tests/servers/postgres_server.hpp"

namespace fleet::testing {
namespace {

using namespace exporters::postgres;

// In front of the real catalogue: only what 17 has (https://www.postgresql.org/docs/17/monitoring-stats.html,
// and the pages of the two extensions).
constexpr const char* kSeventeen = R"(
CREATE SCHEMA seventeen;
CREATE VIEW seventeen.pg_stat_checkpointer AS SELECT 1::bigint AS num_timed, 2::bigint AS num_requested,
  3::bigint AS restartpoints_timed, 4::bigint AS restartpoints_req, 5::bigint AS restartpoints_done,
  1.5::float8 AS write_time, 0.5::float8 AS sync_time, 7::bigint AS buffers_written, now() AS stats_reset;
CREATE VIEW seventeen.pg_stat_bgwriter AS SELECT buffers_clean, maxwritten_clean, buffers_alloc, stats_reset
  FROM pg_catalog.pg_stat_bgwriter;
CREATE VIEW seventeen.pg_stat_progress_vacuum AS SELECT 1 AS pid, 5::oid AS datid, current_database() AS datname,
  'pg_class'::regclass::oid AS relid, 'vacuuming heap' AS phase, 9::bigint AS heap_blks_total,
  8::bigint AS heap_blks_scanned, 7::bigint AS heap_blks_vacuumed, 6::bigint AS index_vacuum_count,
  5::bigint AS max_dead_tuple_bytes, 4::bigint AS dead_tuple_bytes, 3::bigint AS num_dead_item_ids,
  2::bigint AS indexes_total, 1::bigint AS indexes_processed;
CREATE FUNCTION seventeen.pg_buffercache_summary(OUT buffers_used int, OUT buffers_unused int, OUT buffers_dirty int,
  OUT buffers_pinned int, OUT usagecount_avg float8) LANGUAGE sql AS 'SELECT 10, 20, 3, 4, NULL::float8';
CREATE FUNCTION seventeen.pg_stat_statements(showtext boolean, OUT userid oid, OUT dbid oid, OUT toplevel bool,
  OUT queryid bigint, OUT query text, OUT calls bigint, OUT total_exec_time float8, OUT rows bigint,
  OUT shared_blk_read_time float8, OUT shared_blk_write_time float8) RETURNS SETOF record LANGUAGE sql AS
  $$ SELECT r.oid, d.oid, t.toplevel, t.id, CASE WHEN showtext THEN 'SELECT 1' END, 2::bigint, t.ms, 3::bigint, 500, 250
     FROM (VALUES (true, 7::bigint, 1000.0::float8), (false, 7, 3000), (true, 8, 1)) t(toplevel, id, ms),
       pg_roles r, pg_database d WHERE r.rolname = 'postgres' AND d.datname = 'postgres' $$)";

class Seventeen {
 public:
  Seventeen() { server_.run_sql(kSeventeen); }
  /// The first row's column of what such a server is asked.
  std::string ask(std::string_view sql, const std::string& column) const {
    auto const text = with_schema(sql, "seventeen");
    return server_.value("SET search_path = seventeen, pg_catalog; SELECT " + column + " FROM (" + text +
                         ") answer");
  }
  const PostgresServer& server() const { return server_; }

 private:
  PostgresServer server_;
};

}  // namespace

TEST_CASE("the statements for 17 fit its catalogue") {
  Seventeen const seventeen;
  auto const asked = [](const ReadoutDescription& readout) { return sql_for(readout.statements, 170000); };
  CHECK(seventeen.ask(asked(kCheckpointer), "restartpoints_done") == "5");
  CHECK(seventeen.ask(asked(kCheckpoints), "checkpoints_timed") == "1");
  CHECK(seventeen.ask(asked(kCheckpoints), "buffers_backend") == "");
  CHECK(seventeen.ask(asked(kVacuumProgress), "max(num_dead_tuples)") == "3");
  CHECK(seventeen.ask(asked(kVacuumProgress), "max(max_dead_tuple_bytes)") == "5");
  CHECK(seventeen.ask(asked(kVacuumProgress), "string_agg(phase, ',') FILTER (WHERE active = 1)") ==
        "vacuuming heap");
  CHECK(seventeen.ask(sql_for(kBufferCacheSql, 170000), "buffers_unused") == "20");
  CHECK(seventeen.ask(sql_for(kBufferCacheSql, 160000), "usagecount_avg") == "0");
  // Every metric's column is in the answer.
  for (const ReadoutDescription* readout : {&kCheckpointer, &kCheckpoints, &kVacuumProgress}) {
    for (const MetricSet& set : readout->sets) {
      for (const ColumnMetric& metric : set.metrics) {
        CHECK_NOTHROW(seventeen.ask(asked(*readout), std::string(metric.column)));
      }
    }
  }
}

TEST_CASE("a statement that others call is added to itself, and the fastest tenth left out") {
  Seventeen const seventeen;
  std::string sql(sql_for(kStatementsSql, 170000));
  sql.replace(sql.find("$TEXT"), 5, "false");
  sql.replace(sql.find("$LIMIT"), 6, "10");
  CHECK(seventeen.ask(sql, "count(*)") == "1");
  CHECK(seventeen.ask(sql, "queryid") == "7");
  CHECK(seventeen.ask(sql, "seconds") == "4");
  CHECK(seventeen.ask(sql, "calls") == "4");
  CHECK(seventeen.ask(sql, "read_seconds") == "1");
  CHECK(seventeen.ask(sql, "query") == "");
}

}  // namespace fleet::testing
