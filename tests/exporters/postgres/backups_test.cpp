// Backups as pg_health_exporter sees them.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "tests/exporters/postgres/running_exporter.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

long long now() {
  return static_cast<long long>(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
}

std::string of(const std::string& metric, const std::string& backup) {
  return metric + "{backup=\"" + backup + "\"}";
}

std::string problem(const std::string& backup, const std::string& reason) {
  return "pg_backup_source_problem{backup=\"" + backup + "\",reason=\"" + reason + "\"}";
}

}  // namespace

TEST_CASE("stamp files: a success, a failure after it, the future, nonsense, nothing, and back again") {
  PostgresServer server;
  server.load_demo_schema();
  TemporaryDirectory directory;
  auto const good = now() - 100;
  auto const stamp = directory.write("stamp.json", "{\"finished_at\": " + std::to_string(good) +
                                                       ", \"size_bytes\": 2048, \"duration_seconds\": 7.5}");
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()) +
                           "backups: [{name: nightly, stamp: '" + stamp + "'}]\n");
  auto page = exporter.scrape();
  CHECK(page.at(of("pg_backup_source_up", "nightly")) == 1);
  CHECK(page.at(of("pg_backup_last_success_timestamp_seconds", "nightly")) == static_cast<double>(good));
  CHECK(page.at(of("pg_backup_last_success_age_seconds", "nightly")) >= 100);
  CHECK(page.at(of("pg_backup_last_result", "nightly")) == 1);
  CHECK(page.at(of("pg_backup_last_size_bytes", "nightly")) == 2048);
  CHECK(page.at(of("pg_backup_last_duration_seconds", "nightly")) == 7.5);

  directory.write("stamp.json", "{\"finished_at\": " + std::to_string(good + 50) + ", \"result\": \"failed\"}");
  page = exporter.scrape();
  CHECK(page.at(of("pg_backup_last_result", "nightly")) == 0);
  CHECK(page.at(of("pg_backup_last_attempt_timestamp_seconds", "nightly")) == static_cast<double>(good + 50));
  CHECK(page.at(of("pg_backup_last_success_timestamp_seconds", "nightly")) == static_cast<double>(good));
  CHECK(page.at(of("pg_backup_source_up", "nightly")) == 1);

  struct Case {
    std::string text, reason, says;
  };
  for (auto const& bad : {Case{"{\"finished_at\": " + std::to_string(good + 100000) + "}", "in_future",
                               "it tells of a backup in the future"},
                          Case{"not json", "malformed", "expected JSON"}}) {
    INFO(bad.reason);
    directory.write("stamp.json", bad.text);
    page = exporter.scrape();
    exporter.scrape();
    CHECK(page.at(of("pg_backup_source_up", "nightly")) == 0);
    CHECK(page.at(problem("nightly", bad.reason)) == 1);
    CHECK(page.at(problem("nightly", "unreadable")) == 0);
    CHECK_FALSE(page.value(of("pg_backup_last_result", "nightly")));
    CHECK(page.at(of("pg_backup_last_success_timestamp_seconds", "nightly")) == static_cast<double>(good));
    CHECK(times(exporter.log(), bad.says) == 1);
    CHECK(page.at("pg_up{server=\"" + server.address() + "\"}") == 1);
  }
  std::filesystem::remove(stamp);
  page = exporter.scrape();
  CHECK(page.at(problem("nightly", "unreadable")) == 1);
  CHECK(times(exporter.log(), "No such file or directory") == 1);
  directory.write("stamp.json", "{\"finished_at\": \"2026-01-02T03:04:05Z\"}");
  page = exporter.scrape();
  CHECK(page.at(of("pg_backup_source_up", "nightly")) == 1);
  CHECK(page.at(of("pg_backup_last_success_timestamp_seconds", "nightly")) == 1767323045);
  CHECK(times(exporter.log(), "msg=\"backup source recovered\" backup=nightly") == 1);
}

TEST_CASE("queries, files and the archiver tell of backups, too") {
  PostgresServer server({"archive_mode = on", "archive_command = 'true'"});
  server.load_demo_schema();
  server.run_sql(
      "CREATE TABLE backups AS SELECT timestamptz '2026-01-02 03:04:05+00' AS finished_at, true AS ok, 99 AS "
      "bytes;"
      "GRANT SELECT ON backups TO fleet_monitor",
      "legalllm_multiagent");
  TemporaryDirectory directory;
  directory.write("legalllm-1.dump", "123");
  RunningExporter exporter(
      "instances:\n" + instance_line("primary", server.address()) + "backups:\n" +
      "  - {name: files, files: '" + directory.path().string() + "/legalllm-*.dump'}\n" +
      "  - {name: sql, instance: primary, query: 'SELECT max(finished_at) AS last_success, bool_and(ok) AS "
      "result, "
      "sum(bytes) AS size_bytes FROM backups'}\n"
      "  - {name: rows, instance: primary, query: 'SELECT 1 AS last_success UNION ALL SELECT 2'}\n"
      "  - {name: text, instance: primary, query: 'SELECT ''soon'' AS last_success'}\n"
      "  - {name: renamed, instance: primary, query: SELECT 1 AS success}\n"
      "  - {name: denied, instance: primary, query: SELECT 1 AS last_success FROM pg_authid}\n"
      "  - {name: wal, archiver: true, instance: primary}\n");
  auto page = exporter.scrape();
  CHECK(page.at(of("pg_backup_last_size_bytes", "files")) == 3);
  CHECK(page.at(of("pg_backup_last_result", "files")) == 1);
  CHECK(page.at(of("pg_backup_last_success_timestamp_seconds", "sql")) == 1767323045);
  CHECK(page.at(of("pg_backup_last_result", "sql")) == 1);
  CHECK(page.at(of("pg_backup_last_size_bytes", "sql")) == 99);
  CHECK(page.at(problem("rows", "malformed")) == 1);
  CHECK(page.at(problem("text", "malformed")) == 1);
  CHECK(page.at(problem("renamed", "malformed")) == 1);
  CHECK(page.at(problem("denied", "refused")) == 1);
  CHECK_THAT(exporter.log(), Catch::Contains("permission denied for table pg_authid"));
  CHECK_THAT(exporter.log(), !Catch::Contains("soon"));
  CHECK(page.at(of("pg_backup_source_up", "wal")) == 1);

  server.run_sql("UPDATE backups SET ok = false", "legalllm_multiagent");
  CHECK(exporter.scrape().at(of("pg_backup_last_result", "sql")) == 0);
  server.run_sql("SELECT pg_switch_wal()");
  REQUIRE(wait_until([&] { return exporter.scrape().value(of("pg_backup_last_result", "wal")) == 1; },
                     std::chrono::seconds(20)));
  CHECK(exporter.scrape().at(of("pg_backup_last_success_age_seconds", "wal")) < 60);
  server.run_sql("ALTER SYSTEM SET archive_command = 'false'");
  server.run_sql("SELECT pg_reload_conf()");
  server.run_sql("CREATE TABLE filler (x int)");
  server.run_sql("SELECT pg_switch_wal()");
  REQUIRE(wait_until([&] { return exporter.scrape().value(of("pg_backup_last_result", "wal")) == 0; },
                     std::chrono::seconds(30)));

  server.stop();
  page = exporter.scrape();
  CHECK(page.at(of("pg_backup_source_up", "sql")) == 0);
  CHECK(page.at(of("pg_backup_source_up", "files")) == 1);
  CHECK(page.at(of("pg_backup_last_success_timestamp_seconds", "sql")) == 1767323045);
}

}  // namespace fleet::testing
