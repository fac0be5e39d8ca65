// The collectors that are off by default, selections, discovered databases.
#include <catch2/catch.hpp>

#include "tests/exporters/postgres/running_exporter.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

const std::string kDemo = "legalllm_multiagent";

std::string success(const std::string& collector, const std::string& target) {
  return "pg_health_exporter_collector_success{collector=\"" + collector + "\",target=\"" + target + "\"}";
}

/// Of the statements in the fastest tenth nothing is shown, so this one is none of them.
const std::string kSlowStatement =
    "SELECT count(*) FROM cases WHERE case_type = 'secret' HAVING pg_sleep(0.05) IS NOT NULL";

std::string of_server(const std::string& name, const PostgresServer& server) {
  return name + "{server=\"" + server.address() + "\"}";
}

/// The families whose names begin so.
std::set<std::string> families(const SamplePage& page, const std::string& prefix) {
  std::set<std::string> found;
  for (auto const& [name, type] : page.types) {
    if (name.starts_with(prefix)) found.insert(name + " " + type);
  }
  return found;
}

/// What promtool finds, but for names that are postgres_exporter's and contain the name of a type.
std::string promtool(const SamplePage& page) {
  TemporaryDirectory directory;
  auto const file = directory.write("page", page.text);
  return run_command(
      {"sh", "-c", "promtool check metrics < " + file + " 2>&1 | grep -v ^pg_buffercache_summary_ || true"});
}

}  // namespace

// Those of postgres_exporter's mixin (postgres_mixin/ of its repository, 2026). Left out are three that no
// postgres_exporter has of a server since PostgreSQL 10: pg_xlog_position_bytes, pg_replication_slots_xmin_age
// and pg_stat_replication_pg_xlog_location_diff.
TEST_CASE("what postgres_exporter's dashboards and alerts ask for is there") {
  PostgresServer server;
  server.load_demo_schema();
  server.run_sql("SELECT pg_create_physical_replication_slot('parked', true)");
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()));
  auto const page = exporter.scrape();
  for (auto const* name : {"pg_exporter_last_scrape_error",
                           "pg_locks_count",
                           "pg_replication_is_replica",
                           "pg_replication_lag",
                           "pg_replication_slots_active",
                           "pg_settings_autovacuum_vacuum_scale_factor",
                           "pg_settings_autovacuum_vacuum_threshold",
                           "pg_settings_max_connections",
                           "pg_settings_max_locks_per_transaction",
                           "pg_settings_superuser_reserved_connections",
                           "pg_stat_activity_count",
                           "pg_stat_activity_max_tx_duration",
                           "pg_stat_bgwriter_buffers_alloc_total",
                           "pg_stat_bgwriter_buffers_backend_fsync_total",
                           "pg_stat_bgwriter_buffers_backend_total",
                           "pg_stat_bgwriter_buffers_checkpoint_total",
                           "pg_stat_bgwriter_buffers_clean_total",
                           "pg_stat_bgwriter_checkpoints_req_total",
                           "pg_stat_bgwriter_checkpoints_timed_total",
                           "pg_stat_database_blks_hit",
                           "pg_stat_database_blks_read",
                           "pg_stat_database_conflicts",
                           "pg_stat_database_deadlocks",
                           "pg_stat_database_numbackends",
                           "pg_stat_database_tup_deleted",
                           "pg_stat_database_tup_fetched",
                           "pg_stat_database_tup_inserted",
                           "pg_stat_database_tup_returned",
                           "pg_stat_database_tup_updated",
                           "pg_stat_database_xact_commit",
                           "pg_stat_database_xact_rollback",
                           "pg_stat_user_tables_n_dead_tup",
                           "pg_stat_user_tables_n_live_tup",
                           "pg_up"}) {
    INFO(name);
    CHECK_FALSE(page.series_of(name).empty());
  }
}

TEST_CASE("what is off by default, with the names, types and labels of postgres_exporter") {
  PostgresServer server({"shared_preload_libraries=pg_stat_statements", "autovacuum=off"});
  server.load_demo_schema();
  server.run_sql(
      "CREATE SCHEMA ext; GRANT USAGE ON SCHEMA ext TO fleet_monitor; CREATE EXTENSION pg_stat_statements "
      "SCHEMA ext; CREATE EXTENSION pg_buffercache",
      kDemo);
  auto const replica = server.create_replica();
  ClientSession idle(server, kDemo);
  for (int i = 0; i < 3; ++i) server.run_sql(kSlowStatement, kDemo);
  std::vector<std::string> flags;
  for (auto const* const name :
       {"roles", "xlog_location", "process_idle", "stat_wal_receiver", "stat_checkpointer",
        "stat_activity_autovacuum", "statio_user_indexes", "stat_statements", "buffercache_summary"}) {
    flags.push_back(std::string("--collector.") + name);
  }
  flags.emplace_back("--no-collector.stat_bgwriter");
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()) +
                               instance_line("replica", replica->address()) +
                               "stat_statements: {limit: 1000}\n",
                           flags);
  SamplePage const page = exporter.scrape();
  for (auto const& [series, value] : page.samples) {
    INFO(series);
    if (series.starts_with("pg_health_exporter_collector_success")) CHECK(value == 1);
  }
  CHECK(promtool(page) == "");
  CHECK(families(page, "pg_stat_bgwriter").empty());

  CHECK(families(page, "pg_buffercache_summary") ==
        std::set<std::string>{
            "pg_buffercache_summary_buffers_dirty gauge", "pg_buffercache_summary_buffers_pinned gauge",
            "pg_buffercache_summary_buffers_unused gauge", "pg_buffercache_summary_buffers_used gauge",
            "pg_buffercache_summary_usagecount_avg gauge"});
  CHECK(page.at(of_server("pg_buffercache_summary_buffers_used", server)) +
            page.at(of_server("pg_buffercache_summary_buffers_unused", server)) ==
        32 * 1024 / 8);
  CHECK(page.at(of_server("pg_xlog_location_bytes", server)) > 0);
  CHECK(page.at("pg_roles_connection_limit{rolname=\"fleet_monitor\",server=\"" + server.address() + "\"}") ==
        -1);

  CHECK(page.types.at("pg_process_idle_seconds") == "histogram");
  auto const idle_of = [&](const std::string& suffix, const std::string& le) {
    return "pg_process_idle_seconds" + suffix + "{application_name=\"test_client\",server=\"" +
           server.address() + "\",state=\"idle\"" + le + "}";
  };
  CHECK(page.at(idle_of("_count", "")) == 1);
  CHECK(page.at(idle_of("_bucket", ",le=\"300\"")) == 1);
  CHECK(page.at(idle_of("_bucket", ",le=\"+Inf\"")) == 1);

  auto const receiver = "{server=\"" + replica->address() + "\",slot_name=\"\",upstream_host=\"127.0.0.1\"}";
  CHECK(page.at("pg_stat_wal_receiver_status" + receiver) == 2);
  CHECK(page.at("pg_stat_wal_receiver_received_tli" + receiver) == 1);
  CHECK(page.at("pg_stat_wal_receiver_flushed_lsn" + receiver) > 0);
  CHECK(page.at("pg_stat_wal_receiver_last_msg_receipt_time" + receiver) > 1.7e9);
  CHECK(page.series_of("pg_stat_wal_receiver_status").size() == 1);

  auto const index = "{datname=\"" + kDemo +
                     "\",indexrelname=\"cases_pkey\",relname=\"cases\",schemaname=\"public\",server=\"" +
                     server.address() + "\"}";
  CHECK(page.types.at("pg_statio_user_indexes_idx_blks_hit_total") == "counter");
  CHECK(page.value("pg_statio_user_indexes_idx_blks_read_total" + index));

  auto const id = server.value(
      "SELECT queryid FROM ext.pg_stat_statements WHERE query LIKE 'SELECT count(*) FROM cases%' AND calls = 3",
      kDemo);
  auto const statement = "{datname=\"" + kDemo + "\",queryid=\"" + id + "\",server=\"" + server.address() +
                         "\",user=\"postgres\"}";
  CHECK(page.types.at("pg_stat_statements_calls_total") == "counter");
  CHECK(page.at("pg_stat_statements_calls_total" + statement) == 3);
  CHECK(page.at("pg_stat_statements_rows_total" + statement) == 3);
  CHECK(page.at("pg_stat_statements_seconds_total" + statement) > 0);
  CHECK(page.value("pg_stat_statements_block_read_seconds_total" + statement) == 0);
  CHECK(page.series_of("pg_stat_statements_query_id").empty());
}

TEST_CASE("a statement's text is shown when asked, shortened, without its constants") {
  PostgresServer server({"shared_preload_libraries=pg_stat_statements"});
  server.load_demo_schema();
  server.run_sql("CREATE EXTENSION pg_stat_statements", kDemo);
  server.run_sql(kSlowStatement, kDemo);
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()) +
                           "collectors: {stat_statements: true}\n"
                           "stat_statements: {include_query: true, query_length: 25, limit: 1000}\n");
  SamplePage const page = exporter.scrape();
  CHECK_THAT(page.text, Catch::Contains("query=\"SELECT count(*) FROM case\","));
  CHECK_THAT(page.text, !Catch::Contains("secret"));
}

TEST_CASE("a missing extension is named, and fails its collector alone") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()),
                           {"--collector.stat_statements", "--collector.buffercache_summary"});
  SamplePage const page = exporter.scrape();
  CHECK(page.at(success("stat_statements", server.address())) == 0);
  CHECK(page.at(success("buffercache_summary", server.address())) == 0);
  CHECK(page.at(success("databases", server.address())) == 1);
  CHECK_THAT(exporter.log(),
             Catch::Contains("the extension pg_stat_statements is not installed in the database " + kDemo +
                             ": run CREATE EXTENSION"));
}

TEST_CASE("a vacuum's progress") {
  PostgresServer server({"autovacuum=off", "vacuum_cost_limit=1", "vacuum_cost_delay=100"});
  server.load_demo_schema();
  server.run_sql(
      "CREATE TABLE long (t text); INSERT INTO long SELECT repeat('x', 500) FROM generate_series(1, 20000)",
      kDemo);
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()));
  CHECK(exporter.scrape().series_of("pg_stat_progress_vacuum_phase").empty());
  ClientSession vacuum(server, kDemo);
  vacuum.send("VACUUM long");
  auto const labels = "{datname=\"" + kDemo + "\",relname=\"long\",server=\"" + server.address() + "\"}";
  REQUIRE(
      wait_until([&] { return exporter.scrape().value("pg_stat_progress_vacuum_heap_blks" + labels) > 1000; }));
  SamplePage const page = exporter.scrape();
  CHECK(page.series_of("pg_stat_progress_vacuum_phase").size() == 7);
  CHECK(page.at("pg_stat_progress_vacuum_phase{datname=\"" + kDemo +
                "\",phase=\"scanning heap\",relname=\"long\",server=\"" + server.address() + "\"}") == 1);
  CHECK(page.value("pg_stat_progress_vacuum_heap_blks_scanned" + labels));
  CHECK(page.value("pg_stat_progress_vacuum_index_vacuums" + labels) == 0);
}

TEST_CASE("a request may name its collectors") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()));
  SamplePage const page = exporter.scrape_path("/metrics?collect[]=locks&collect%5B%5D=stat_bgwriter");
  CHECK(page.at(of_server("pg_up", server)) == 1);
  CHECK(page.value(of_server("pg_locks_waiting", server)) == 0);
  CHECK(page.value(of_server("pg_stat_bgwriter_buffers_alloc_total", server)));
  CHECK(page.series_of("pg_stat_database_numbackends").empty());
  CHECK(page.series_of("pg_health_exporter_collector_success") ==
        std::set<std::string>{success("checkpoints", server.address()), success("locks", server.address()),
                              success("server_status", server.address())});
  for (auto const* const name : {"lock", "stat_statements", ""}) {
    auto const answer = exporter.get(std::string("/metrics?collect[]=") + name);
    CHECK(answer.status == 400);
    CHECK_THAT(answer.body, Catch::StartsWith("unknown or disabled collector: " + std::string(name) +
                                              "; there are archiver, "));
  }
  CHECK(exporter.scrape().at("pg_health_exporter_scrapes_total{code=\"400\"}") == 3);
}

TEST_CASE("every database that the filter admits shows its tables, and one that is closed is named") {
  PostgresServer server;
  server.load_demo_schema();
  for (auto const* const name : {"audit", "billing", "closed", "scratch_1"}) {
    server.run_sql(std::string("CREATE DATABASE ") + name);
    server.run_sql(std::string("CREATE TABLE of_") + name + " (i int PRIMARY KEY)", name);
  }
  server.run_sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC");
  auto const table = [&](const std::string& database) {
    return "pg_stat_user_tables_n_live_tup{datname=\"" + database + "\",relname=\"of_" + database +
           "\",schemaname=\"public\",server=\"" + server.address() + "\"}";
  };
  auto const config =
      "instances:\n" + instance_line("primary", server.address()) + "intervals: {table_sizes: 0}\n";
  SECTION("off by default") {
    RunningExporter exporter(config);
    CHECK_FALSE(exporter.scrape().value(table("audit")));
  }
  SECTION("kept sessions, and more databases than sessions") {
    for (auto const* const connections : {"10", "1"}) {
      INFO(connections);
      RunningExporter exporter(
          config + "databases: {discover: true, exclude: '^scratch', connections: " + connections + "}\n");
      for (int scrape = 0; scrape < 2; ++scrape) {
        SamplePage const page = exporter.scrape();
        CHECK(page.value(table("audit")) == 0);
        CHECK(page.value(table("billing")) == 0);
        CHECK_FALSE(page.value(table("closed")));
        CHECK_FALSE(page.value(table("scratch_1")));
        CHECK(page.at(success("tables", server.address() + "/audit")) == 1);
        CHECK(page.at(success("session", server.address() + "/audit")) == 1);
        CHECK(page.at(success("session", server.address() + "/closed")) == 0);
        CHECK(page.at(success("discovered_databases", server.address())) == 1);
        CHECK(page.at(of_server("pg_health_exporter_databases_beyond_limit", server)) == 0);
        CHECK(page.value("pg_stat_user_tables_size_bytes" +
                         table("billing").substr(table("billing").find('{'))) > 0);
        CHECK(promtool(page) == "");
      }
      CHECK_THAT(exporter.log(), Catch::Contains("permission denied for database"));
      // What appears is seen, what goes is gone.
      server.run_sql("CREATE DATABASE fresh");
      server.run_sql("CREATE TABLE of_fresh (i int)", "fresh");
      CHECK(exporter.scrape().value(table("fresh")) == 0);
      server.run_sql("DROP DATABASE fresh WITH (FORCE)");
      CHECK_FALSE(exporter.scrape().value(table("fresh")));
    }
  }
  SECTION("a limit") {
    RunningExporter exporter(config + "databases: {discover: true, include: '^(audit|billing)$', limit: 1}\n");
    SamplePage const page = exporter.scrape();
    CHECK(page.value(table("audit")) == 0);
    CHECK_FALSE(page.value(table("billing")));
    CHECK(page.at(of_server("pg_health_exporter_databases_beyond_limit", server)) == 1);
  }
}

}  // namespace fleet::testing
