// pg_health_exporter against real servers that are well.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <regex>

#include "tests/exporters/postgres/running_exporter.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

/// Values that are the same on every run; all others are masked.
bool stable(const std::string& name) {
  static const std::set<std::string> kStable = {"pg_up",
                                                "pg_cluster_members",
                                                "pg_cluster_primaries",
                                                "pg_cluster_primary_changes_total",
                                                "pg_replication_is_replica",
                                                "pg_exporter_last_scrape_error",
                                                "pg_health_exporter_collector_success",
                                                "pg_health_exporter_instance_info",
                                                "pg_health_exporter_tables_beyond_limit",
                                                "pg_locks_waiting",
                                                "pg_locks_blockers",
                                                "pg_locks_longest_wait_seconds",
                                                "pg_prepared_transactions",
                                                "pg_replication_lag",
                                                "pg_replication_lag_seconds",
                                                "pg_replication_replicas",
                                                "pg_stat_archiver_enabled",
                                                "pg_stat_archiver_failing",
                                                "pg_stat_archiver_archived_count",
                                                "pg_static",
                                                "pg_timeline_id",
                                                "pg_settings_max_connections",
                                                "pg_settings_autovacuum_freeze_max_age"};
  return kStable.contains(name);
}

std::string masked(const std::string& page, const std::string& address) {
  std::string out;
  std::istringstream lines(page);
  std::string line;
  while (std::getline(lines, line)) {
    auto const name = line.substr(0, line.find_first_of("{ "));
    // What every exporter says of itself is tested elsewhere.
    bool const of_process = line.find("process_") != std::string::npos ||
                            line.find("pg_health_exporter_build_info") != std::string::npos ||
                            line.find("pg_health_exporter_config_") != std::string::npos ||
                            line.find("pg_health_exporter_scrape") != std::string::npos;
    if (of_process) continue;
    if (line[0] != '#' && !stable(name)) line = line.substr(0, line.rfind(' ')) + " N";
    for (auto at = line.find(address); at != std::string::npos; at = line.find(address)) {
      line.replace(at, address.size(), "ADDRESS");
    }
    line = std::regex_replace(line, std::regex("(short_version|version)=\"[^\"]*\""), "$1=\"V\"");
    line = std::regex_replace(line, std::regex("cluster=\"[0-9]+\""), "cluster=\"N\"");
    line = std::regex_replace(line, std::regex("datid=\"[0-9]{5,}\""), "datid=\"N\"");
    out += line + "\n";
  }
  return out;
}

std::string golden(const std::string& name, const std::string& page) {
  std::string const path = FLEET_SOURCE_DIR "/tests/golden/" + name;
  auto const* const update = std::getenv("FLEET_UPDATE_GOLDEN");
  if (update && std::string(update) == "1") std::ofstream(path) << page;
  return read_text(path);
}

std::string metric(const std::string& name, const PostgresServer& server) {
  return name + "{server=\"" + server.address() + "\"}";
}

}  // namespace

TEST_CASE("the page of one server, and what promtool says of it") {
  PostgresServer server({"archive_mode=off"});
  server.load_demo_schema();
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()));
  SamplePage const page = exporter.scrape();
  auto const seen = masked(page.text, server.address());
  CHECK(seen == golden("pg_health_primary.txt", seen));

  TemporaryDirectory directory;
  auto const file = directory.write("page", page.text);
  auto const findings = run_command({"sh", "-c", "promtool check metrics < " + file + " 2>&1 || true"});
  CHECK(findings == "");

  auto const once = run_once("instances:\n" + instance_line("primary", server.address()));
  CHECK(once.exit_code == 0);
  CHECK(SamplePage(once.output).at(metric("pg_up", server)) == 1);
}

TEST_CASE("a primary and its replica") {
  PostgresServer primary;
  primary.load_demo_schema();
  auto const replica = primary.create_replica();
  RunningExporter exporter("instances:\n" + instance_line("primary", primary.address()) +
                           instance_line("replica", replica->address()));
  auto const application = std::to_string(replica->port());
  auto const stage = [&](const std::string& name, const std::string& of) {
    return name + "{application_name=\"" + application + "\",client_addr=\"127.0.0.1\",server=\"" +
           primary.address() + "\",stage=\"" + of + "\"}";
  };

  SECTION("both are up, and each knows its role") {
    REQUIRE(wait_until(
        [&] { return exporter.scrape().value(metric("pg_replication_lag_seconds", *replica)) == 0; }));
    SamplePage const page = exporter.scrape();
    CHECK(page.at(metric("pg_up", primary)) == 1);
    CHECK(page.at(metric("pg_up", *replica)) == 1);
    CHECK(page.at(metric("pg_replication_is_replica", primary)) == 0);
    CHECK(page.at(metric("pg_replication_is_replica", *replica)) == 1);
    CHECK(page.at(metric("pg_replication_replicas", primary)) == 1);
    CHECK_FALSE(page.value(metric("pg_replication_replicas", *replica)));
    CHECK(page.at(metric("pg_stat_wal_receiver_streaming", *replica)) == 1);
    CHECK(page.at(metric("pg_replication_lag_seconds", primary)) == 0);
    CHECK(page.at(metric("pg_timeline_id", primary)) == 1);
    CHECK(page.at(metric("pg_timeline_id", *replica)) == 1);
    for (auto const& [series, value] : page.samples) {
      INFO(series);
      if (series.starts_with("pg_health_exporter_collector_success")) CHECK(value == 1);
    }
  }

  SECTION("a replica that does not replay lags, in bytes and seconds") {
    REQUIRE(
        wait_until([&] { return exporter.scrape().value(metric("pg_replication_rpo_bytes", primary)) == 0; }));
    replica->run_sql("SELECT pg_wal_replay_pause()");
    primary.run_sql("INSERT INTO cases (case_type) SELECT 'x' FROM generate_series(1, 20000)",
                    "legalllm_multiagent");
    REQUIRE(wait_until([&] {
      SamplePage const page = exporter.scrape();
      return page.value(metric("pg_replication_replay_lag_bytes", *replica)) > 1'000'000 &&
             page.value(metric("pg_replication_lag_seconds", *replica)) > 0 &&
             page.value(stage("pg_stat_replication_lag_bytes", "replay")) > 1'000'000 &&
             page.value(stage("pg_stat_replication_lag_seconds", "replay")) > 0 &&
             // It holds the data all the same: nothing would be lost.
             page.value(metric("pg_replication_rpo_bytes", primary)) == 0;
    }));
    replica->run_sql("SELECT pg_wal_replay_resume()");
    REQUIRE(wait_until(
        [&] { return exporter.scrape().value(metric("pg_replication_replay_lag_bytes", *replica)) == 0; }));
  }

  SECTION("without the replica the loss grows, and ends when it is back") {
    REQUIRE(
        wait_until([&] { return exporter.scrape().value(metric("pg_replication_rpo_bytes", primary)) == 0; }));
    replica->stop();
    primary.run_sql("INSERT INTO cases (case_type) SELECT 'x' FROM generate_series(1, 20000)",
                    "legalllm_multiagent");
    double first = 0;
    REQUIRE(wait_until([&] {
      SamplePage const page = exporter.scrape();
      first = page.value(metric("pg_replication_rpo_seconds", primary)).value_or(0);
      return page.value(metric("pg_replication_replicas", primary)) == 0 && first > 0 &&
             page.value(metric("pg_replication_rpo_bytes", primary)) > 1'000'000;
    }));
    REQUIRE(wait_until(
        [&] { return exporter.scrape().value(metric("pg_replication_rpo_seconds", primary)) >= first + 0.5; }));
    CHECK(exporter.scrape().at(metric("pg_up", *replica)) == 0);
    replica->start();
    REQUIRE(wait_until([&] {
      SamplePage const page = exporter.scrape();
      return page.value(metric("pg_up", *replica)) == 1 &&
             page.value(metric("pg_replication_replicas", primary)) == 1 &&
             page.value(metric("pg_replication_rpo_seconds", primary)) == 0;
    }));
  }

  SECTION("an inactive slot holds WAL back, and is seen") {
    primary.run_sql("SELECT pg_create_physical_replication_slot('parked', true)");
    primary.run_sql("INSERT INTO cases (case_type) SELECT 'x' FROM generate_series(1, 20000)",
                    "legalllm_multiagent");
    SamplePage const page = exporter.scrape();
    auto const labels = "{database=\"\",server=\"" + primary.address() + "\",slot_name=\"parked\"}";
    CHECK(page.at("pg_replication_slots_active" + labels) == 0);
    CHECK(page.at("pg_replication_slots_pg_wal_lsn_diff" + labels) > 1'000'000);
    CHECK(page.at("pg_replication_slot_wal_status{server=\"" + primary.address() +
                  "\",slot_name=\"parked\",slot_type=\"physical\",wal_status=\"reserved\"}") == 1);
  }

  SECTION("a promoted replica changes its role and timeline") {
    replica->promote();
    REQUIRE(wait_until([&] {
      SamplePage const page = exporter.scrape();
      return page.value(metric("pg_replication_is_replica", *replica)) == 0 &&
             page.value(metric("pg_timeline_id", *replica)) == 2;
    }));
  }
}

TEST_CASE("tables: what was done to them, the filter and the limit") {
  PostgresServer server;
  server.load_demo_schema();
  server.run_sql(
      "INSERT INTO cases (case_type) SELECT 'x' FROM generate_series(1, 1000); DELETE FROM cases WHERE id <= "
      "10; "
      "ANALYZE cases; CREATE SCHEMA audit; CREATE TABLE audit.log (i "
      "int)",
      "legalllm_multiagent");
  server.run_sql("VACUUM documents", "legalllm_multiagent");
  auto const config = "instances:\n" + instance_line("primary", server.address());
  auto const of = [&](const std::string& name, const std::string& table, const std::string& schema = "public") {
    return name + "{datname=\"legalllm_multiagent\",relname=\"" + table + "\",schemaname=\"" + schema +
           "\",server=\"" + server.address() + "\"}";
  };
  SECTION("all") {
    RunningExporter exporter(config);
    REQUIRE(wait_until(
        [&] { return exporter.scrape().value(of("pg_stat_user_tables_n_tup_ins", "cases")) == 1000; }));
    SamplePage const page = exporter.scrape();
    CHECK(page.at(of("pg_stat_user_tables_n_tup_del", "cases")) == 10);
    CHECK(page.at(of("pg_stat_user_tables_n_live_tup", "cases")) == 990);
    CHECK(page.at(of("pg_stat_user_tables_analyze_count", "cases")) == 1);
    CHECK(page.at(of("pg_stat_user_tables_last_analyze", "cases")) > 1.7e9);
    CHECK(page.at(of("pg_stat_user_tables_last_vacuum", "cases")) == 0);
    CHECK(page.at(of("pg_stat_user_tables_vacuum_count", "documents")) == 1);
    CHECK(page.at(of("pg_stat_user_tables_size_bytes", "cases")) > 8192);
    CHECK(page.at(of("pg_stat_user_tables_index_size_bytes", "cases")) >= 8192);
    CHECK(page.at(of("pg_statio_user_tables_heap_blks_hit", "cases")) > 0);
    CHECK(page.at(of("pg_stat_user_tables_seq_scan", "log", "audit")) == 0);
    CHECK_FALSE(page.value(of("pg_stat_user_tables_idx_scan", "log", "audit")));
  }
  SECTION("filtered and limited") {
    RunningExporter exporter(config + "tables: {exclude: '^audit', limit: 1}\n");
    SamplePage const page = exporter.scrape();
    CHECK(page.series_of("pg_stat_user_tables_n_live_tup") ==
          std::set<std::string>{of("pg_stat_user_tables_n_live_tup", "cases")});
    CHECK(page.at("pg_health_exporter_tables_beyond_limit{datname=\"legalllm_multiagent\",server=\"" +
                  server.address() + "\"}") == 4);
  }
}

TEST_CASE("slow values are kept for their interval and show their age") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()) +
                           "intervals: {database_sizes: 1h, table_sizes: 0}\n");
  auto const size =
      "pg_database_size_bytes{datname=\"legalllm_multiagent\",server=\"" + server.address() + "\"}";
  double const before = exporter.scrape().at(size);
  server.run_sql("CREATE TABLE big AS SELECT repeat('x', 100) FROM generate_series(1, 50000)",
                 "legalllm_multiagent");
  REQUIRE(wait_until(
      [&] { return exporter.scrape().value(metric("pg_database_size_age_seconds", server)) > 0.2; }));
  SamplePage const page = exporter.scrape();
  CHECK(page.at(size) == before);
  CHECK(page.at("pg_stat_user_tables_size_bytes{datname=\"legalllm_multiagent\",relname=\"big\",schemaname="
                "\"public\","
                "server=\"" +
                server.address() + "\"}") > 1'000'000);
}

}  // namespace fleet::testing
