// Custom queries in the course of time: tables renamed, rights withdrawn, servers hung, answers kept.
#include <catch2/catch.hpp>

#include "tests/exporters/custom_sql/queries_site.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

using std::chrono::seconds;

const std::string kTwo =
    "  - {name: c, query: SELECT count(*) AS n FROM cases, values: {n: gauge}}\n"
    "  - {name: d, query: SELECT count(*) AS n FROM documents, values: {n: gauge}}\n";

std::string series(const std::string& name, const PostgresServer& server) {
  return name + "{server=\"" + server.address() + "\"}";
}

}  // namespace

TEST_CASE("a table renamed while running, and a right withdrawn: one line each, and one when it is over") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter(config_with(server, kTwo));
  CHECK(exporter.scrape().at(series("c_n", server)) == 0);

  server.run_sql("ALTER TABLE cases RENAME TO matters", kDatabase);
  auto page = exporter.scrape();
  exporter.scrape();
  CHECK(page.at(success_of("c", server)) == 0);
  CHECK_FALSE(page.value(series("c_n", server)));
  CHECK(page.at(success_of("d", server)) == 1);
  CHECK(page.at(series("d_n", server)) == 0);
  CHECK(times(exporter.log(), "relation \\\"cases\\\" does not exist") == 1);

  server.run_sql("ALTER TABLE matters RENAME TO cases; INSERT INTO cases (case_type) VALUES ('x')", kDatabase);
  page = exporter.scrape();
  CHECK(page.at(success_of("c", server)) == 1);
  CHECK(page.at(series("c_n", server)) == 1);
  CHECK(times(exporter.log(), "msg=\"custom query recovered\" query=c") == 1);

  server.run_sql("REVOKE SELECT ON cases FROM fleet_monitor", kDatabase);
  CHECK(exporter.scrape().at(success_of("c", server)) == 0);
  CHECK(times(exporter.log(), "permission denied for table cases") == 1);
  server.run_sql("GRANT SELECT ON cases TO fleet_monitor", kDatabase);
  CHECK(exporter.scrape().at(success_of("c", server)) == 1);

  // A column of another type under a prepared statement is no failure at all.
  server.run_sql("ALTER TABLE cases ALTER status TYPE varchar(20)", kDatabase);
  CHECK(exporter.scrape().at(success_of("c", server)) == 1);
  CHECK(times(exporter.log(), "level=warn") == 2);
}

TEST_CASE("a hung server is one line, not one a query; the other server's answers stay") {
  PostgresServer hung, well;
  hung.load_demo_schema();
  well.load_demo_schema();
  auto config = "instances:\n" + instance_line("hung", hung.address(), ", statement_timeout: 500ms") +
                instance_line("well", well.address()) + "custom_queries:\n" + kTwo;
  for (int i = 0; i < 10; ++i) {
    config += "  - {name: q" + std::to_string(i) + ", query: SELECT 1 AS n, values: {n: gauge}}\n";
  }
  RunningExporter exporter(config);
  CHECK(exporter.scrape().at(series("q9_n", hung)) == 1);
  hung.freeze();
  for (int again = 0; again < 2; ++again) {
    auto const page = exporter.scrape(seconds(4));
    CHECK(page.at("pg_up{server=\"" + hung.address() + "\"}") == 0);
    CHECK_FALSE(page.value(series("q9_n", hung)));
    CHECK(page.at(success_of("q9", hung)) == 0);
    CHECK(page.at(series("q9_n", well)) == 1);
    CHECK(page.at(success_of("q9", well)) == 1);
  }
  CHECK(times(exporter.log(), "msg=\"custom queries are not answered\"") == 1);
  CHECK(times(exporter.log(), "msg=\"custom query failed\"") == 0);
  hung.thaw();
  REQUIRE(wait_until([&] { return exporter.scrape().value(series("q9_n", hung)) == 1; }, seconds(20)));
  CHECK(times(exporter.log(), "msg=\"custom queries are answered again\"") == 1);
}

TEST_CASE("an answer is kept for its interval and shown with its age") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter(
      config_with(server,
                  "  - {name: kept, query: SELECT count(*) AS n FROM cases, values: {n: gauge}, interval: 1h}\n"
                  "  - {name: fresh, query: SELECT count(*) AS n FROM cases, values: {n: gauge}}\n"));
  CHECK(exporter.scrape().at(series("kept_n", server)) == 0);
  server.run_sql("INSERT INTO cases (case_type) VALUES ('x')", kDatabase);
  auto const age = [](const std::string& query, const PostgresServer& of) {
    return "pg_health_exporter_custom_query_age_seconds{query=\"" + query + "\",server=\"" + of.address() +
           "\"}";
  };
  auto const first = exporter.scrape(), second = exporter.scrape();
  CHECK(second.at(series("kept_n", server)) == 0);
  CHECK(second.at(series("fresh_n", server)) == 1);
  CHECK(second.at(age("kept", server)) > first.at(age("kept", server)));
}

TEST_CASE("a query that takes longer than the scrape is shown when it is ready, and delays no other") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter(
      config_with(server,
                  "  - {name: slow, query: 'SELECT 5 AS n FROM pg_sleep(4)', values: {n: gauge}, interval: 1h, "
                  "timeout: 30s}\n" +
                      kTwo));
  auto const page = exporter.scrape(seconds(2));
  CHECK_FALSE(page.value(series("slow_n", server)));
  CHECK(page.at(success_of("slow", server)) == 0);
  CHECK(page.at(series("c_n", server)) == 0);
  CHECK(page.at(series("d_n", server)) == 0);
  CHECK(page.at("pg_up{server=\"" + server.address() + "\"}") == 1);
  CHECK(times(exporter.log(), "no answer yet; it is still being asked") == 1);
  REQUIRE(wait_until([&] { return exporter.scrape(seconds(2)).value(series("slow_n", server)) == 5; }));
  CHECK(exporter.scrape().at(success_of("slow", server)) == 1);
}

TEST_CASE("a query is asked in every database that is named or matches") {
  PostgresServer server;
  server.load_demo_schema();
  for (auto const* const name : {"alpha_1", "alpha_2", "beta"}) {
    server.run_sql(std::string("CREATE DATABASE ") + name);
    server.run_sql("CREATE TABLE t AS SELECT 1 AS x", name);
    server.run_sql("GRANT SELECT ON t TO fleet_monitor", name);
  }
  server.run_sql("INSERT INTO t VALUES (2)", "alpha_2");
  RunningExporter exporter(config_with(
      server,
      "  - {name: p, query: SELECT count(*) AS n FROM t, values: {n: gauge}, databases: alpha_.*}\n"
      "  - {name: l, query: SELECT count(*) AS n FROM t, values: {n: gauge}, databases: [beta, gone]}\n"));
  auto const page = exporter.scrape();
  auto const in = [&](const std::string& name, const std::string& database) {
    return name + "{datname=\"" + database + "\",server=\"" + server.address() + "\"}";
  };
  CHECK(page.at(in("p_n", "alpha_1")) == 1);
  CHECK(page.at(in("p_n", "alpha_2")) == 2);
  CHECK(page.series_of("p_n").size() == 2);
  CHECK(page.at(in("l_n", "beta")) == 1);
  CHECK(page.series_of("l_n").size() == 1);
  CHECK(page.at("pg_health_exporter_custom_query_success{datname=\"gone\",query=\"l\",server=\"" +
                server.address() + "\"}") == 0);
  auto const lines = lines_with(exporter.log(), "level=warn");
  CHECK(times(lines, "\n") == 1);
  CHECK_THAT(lines, Catch::Contains("database=gone") && Catch::Contains("\\\"gone\\\" does not exist"));
}

TEST_CASE("a query for another version of the server is not asked, and is no failure") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter(
      config_with(server,
                  "  - {name: v, query: SELECT 1 AS n, values: {n: gauge}, max_version: 12}\n"
                  "  - {name: v, query: SELECT 2 AS n, values: {n: gauge}, min_version: 13}\n"
                  "  - {name: w, query: SELECT 1 AS n, values: {n: gauge}, max_version: 12}\n"));
  auto const page = exporter.scrape();
  CHECK(page.at(series("v_n", server)) == 2);
  CHECK(page.at(success_of("v", server)) == 1);
  CHECK_FALSE(page.value(success_of("w", server)));
  CHECK(times(exporter.log(), "level=warn") == 0);
}

}  // namespace fleet::testing
