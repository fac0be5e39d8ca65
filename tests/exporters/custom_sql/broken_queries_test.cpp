// Custom queries that are wrong, each in its own way: each fails alone, in one clear line.
#include <catch2/catch.hpp>
#include <vector>

#include "tests/exporters/custom_sql/queries_site.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

struct Broken {
  std::string name;
  std::string rest;      // of its YAML
  std::string says;      // in its log line
  std::string unsaid{};  // nowhere in the log
};

const std::vector<Broken>& broken_queries() {
  static const std::vector<Broken> all = {
      {"syntax", "query: SELECT 1 AS n FROM, values: {n: gauge}", "syntax error at end of input"},
      {"table", "query: SELECT 1 AS n FROM no_such_table, values: {n: gauge}",
       "relation \\\"no_such_table\\\" does not exist (SQLSTATE 42P01)"},
      {"column", "query: SELECT no_such AS n FROM cases, values: {n: gauge}",
       "column \\\"no_such\\\" does not exist"},
      {"function", "query: SELECT no_such() AS n, values: {n: gauge}", "function no_such() does not exist"},
      {"denied", "query: SELECT count(*) AS n FROM secrets, values: {n: gauge}",
       "permission denied for table secrets"},
      {"writing_function", "query: SELECT write_row() AS n, values: {n: gauge}",
       "cannot execute INSERT in a read-only transaction"},
      {"writing_with",
       "query: 'WITH w AS (INSERT INTO written VALUES (1) RETURNING 1) SELECT 1 AS n FROM w', "
       "values: {n: gauge}",
       "must not contain data-modifying statements in WITH"},
      {"writing_sequence", "query: 'SELECT nextval(''counted'') AS n', values: {n: gauge}",
       "cannot execute nextval() in a read-only transaction"},
      {"unlocking", "query: SELECT unlock_and_write() AS n, values: {n: gauge}",
       "transaction read-write mode must be set before any query"},
      {"into", "query: SELECT 1 AS n INTO taken, values: {n: gauge}", "SELECT ... INTO is not allowed here"},
      {"slow", "query: 'SELECT 1 AS n FROM pg_sleep(30)', timeout: 300ms, values: {n: gauge}",
       "it took longer than its timeout of 300ms"},
      {"renamed_value", "query: SELECT 1 AS m, values: {n: gauge}",
       "no column `n` in the result, which has `m`"},
      {"renamed_label", "query: 'SELECT 1 AS n, 2 AS sort', labels: [kind], values: {n: gauge}",
       "no column `kind` in the result, which has `n`, `sort`"},
      {"text", "query: 'SELECT ''Jane Citizen'' AS n', values: {n: gauge}",
       "column `n` holds a value that is no number in 1 of 1 rows", "Citizen"},
      {"cast", "query: 'SELECT (SELECT case_type FROM cases LIMIT 1)::int AS n', values: {n: gauge}",
       "a value in the rows does not fit (SQLSTATE 22P02", "family_secret"},
      {"raising", "query: SELECT raise_row() AS n, values: {n: gauge}",
       "a function raised an error (SQLSTATE P0001", "family_secret"},
      {"many_rows",
       "query: 'SELECT i AS kind, 1 AS n FROM generate_series(1, 1000000) AS i', labels: [kind], "
       "values: {n: gauge}",
       "it returns more than 1000 rows: aggregate, or raise max_rows"},
      {"same_labels",
       "query: 'SELECT ''a'' AS kind, 1 AS n UNION ALL SELECT ''a'', 2', labels: [kind], "
       "values: {n: gauge}",
       "several rows have the same labels (`kind`)"},
      {"no_labels", "query: 'SELECT 1 AS n UNION ALL SELECT 2', values: {n: gauge}",
       "it returns more than one row, and no column is a label"},
      {"long_label", "query: 'SELECT repeat(''x'', 300) AS kind, 1 AS n', labels: [kind], values: {n: gauge}",
       "column `kind` holds a text of more than 256 bytes"},
      {"mapping", "query: 'SELECT ''odd'' AS n', values: {n: {mapping: {even: 1}}}",
       "column `n` holds a value that its mapping does not name in 1 of 1 rows", "odd"},
      {"histogram",
       "query: 'SELECT ARRAY[2, 1] AS n, ARRAY[1, 2] AS n_bucket, 3 AS n_sum, 2 AS n_count', "
       "values: {n: histogram}",
       "column `n` holds a value that is no histogram in 1 of 1 rows"},
      {"half_histogram", "query: 'SELECT ARRAY[1, 2] AS n', values: {n: histogram}",
       "no column `n_bucket` in the result, which has `n` (and 2 more)"},
      {"locked", "query: SELECT count(*) AS n FROM locked, values: {n: gauge}",
       "canceling statement due to lock timeout"},
      {"pg_locks", "query: 'SELECT ''x'' AS mode, 1 AS count', labels: [mode], values: {count: gauge}",
       "`pg_locks_count` is a metric that the exporter has itself; choose another name"},
  };
  return all;
}

const std::string kGood =
    "  - {name: good, query: 'SELECT case_type, count(*) AS cases FROM cases GROUP BY 1', labels: [case_type], "
    "values: {cases: gauge}}\n"
    "  - {name: half, query: 'SELECT 7 AS sound, ''x'' AS unsound, NULL::int AS nothing', values: {sound: "
    "gauge, "
    "nothing: counter}}\n";

void prepare(const PostgresServer& server) {
  server.load_demo_schema();
  server.run_sql(R"(
INSERT INTO cases (case_type) VALUES ('family_secret'), ('family_secret');
CREATE TABLE secrets (id int);
CREATE TABLE written (id int);
CREATE TABLE locked (id int);
CREATE SEQUENCE counted;
GRANT SELECT, INSERT ON written, locked TO fleet_monitor;
GRANT USAGE ON SEQUENCE counted TO fleet_monitor;
CREATE FUNCTION write_row() RETURNS int LANGUAGE plpgsql AS $$
BEGIN INSERT INTO written VALUES (1); RETURN 1; END $$;
CREATE FUNCTION unlock_and_write() RETURNS int LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('transaction_read_only', 'off', false); INSERT INTO written VALUES (1); RETURN 1; END $$;
CREATE FUNCTION raise_row() RETURNS int LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'bad row: %', (SELECT case_type FROM cases LIMIT 1); END $$;
)",
                 kDatabase);
}

}  // namespace

TEST_CASE("every broken query fails alone, in one clear line, and the rest of the page is intact") {
  PostgresServer server;
  prepare(server);
  ClientSession holder(server, kDatabase);
  holder.run("BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE");

  auto queries = kGood;
  for (auto const& query : broken_queries()) queries += "  - {name: " + query.name + ", " + query.rest + "}\n";
  RunningExporter exporter(config_with(server, queries));
  RunningExporter plain("instances:\n" + instance_line("primary", server.address()));
  auto const page = exporter.scrape();
  for (int again = 0; again < 2; ++again) exporter.scrape();
  auto const log = exporter.log();
  INFO(log);

  for (auto const& query : broken_queries()) {
    INFO(query.name);
    CHECK(page.at(success_of(query.name, server)) == 0);
    auto const lines = lines_with(log, " query=" + query.name + " ");
    CHECK(times(lines, "\n") == 1);
    CHECK_THAT(lines, Catch::Contains("level=warn"));
    CHECK_THAT(lines, Catch::Contains("msg=\"custom query failed\""));
    CHECK_THAT(lines, Catch::Contains(query.says));
    CHECK_THAT(lines, Catch::Contains("server=" + server.address()));
    if (!query.unsaid.empty()) CHECK_THAT(lines, !Catch::Contains(query.unsaid));
  }
  CHECK(times(log, "level=warn") == broken_queries().size());
  CHECK(broken_queries().size() >= 20);

  auto const of_server = ",server=\"" + server.address() + "\"}";
  CHECK(page.at("good_cases{case_type=\"family_secret\"" + of_server) == 2);
  CHECK(page.at(success_of("good", server)) == 1);
  CHECK(page.at("half_sound{server=\"" + server.address() + "\"}") == 7);
  CHECK(page.at(success_of("half", server)) == 1);
  CHECK(page.series_of("half_nothing").empty());
  CHECK(page.at("pg_health_exporter_custom_query_values_left_out{query=\"half\",reason=\"null\"" + of_server) ==
        1);

  // Everything that an exporter without custom queries shows is there, and nothing of the broken ones.
  auto const without = plain.scrape();
  auto const with = exporter.scrape();
  for (auto const& [family, type] : without.types) {
    INFO(family);
    CHECK(with.types.count(family) == 1);
    CHECK(with.series_of(family).size() >= without.series_of(family).size());
  }
  CHECK(with.series_of("pg_locks_count").size() == without.series_of("pg_locks_count").size());
  for (auto const& query : broken_queries()) CHECK(with.types.count(query.name + "_n") == 0);
  for (auto const& series : with.series_of("pg_health_exporter_collector_success")) CHECK(with.at(series) == 1);
  holder.run("ROLLBACK");

  CHECK(server.value("SELECT count(*) FROM written", kDatabase) == "0");
  CHECK(server.value("SELECT is_called FROM counted", kDatabase) == "f");
  CHECK(server.value("SELECT to_regclass('taken') IS NULL", kDatabase) == "t");
  REQUIRE(wait_until([&] { return exporter.scrape().value(success_of("locked", server)) == 1; }));
  CHECK(times(exporter.log(), "msg=\"custom query recovered\" query=locked") == 1);
}

TEST_CASE("a setting that a query changes is gone with its transaction") {
  PostgresServer server;
  prepare(server);
  RunningExporter exporter(
      config_with(server,
                  "  - {name: unlock, query: 'SELECT 1 AS n, set_config(''default_transaction_read_only'', "
                  "''off'', false)', "
                  "values: {n: gauge}}\n"
                  "  - {name: write, query: SELECT write_row() AS n, values: {n: gauge}}\n"));
  for (int again = 0; again < 4; ++again) {
    auto const page = exporter.scrape();
    CHECK(page.at(success_of("unlock", server)) == 1);
    CHECK(page.at(success_of("write", server)) == 0);
  }
  CHECK(server.value("SELECT count(*) FROM written", kDatabase) == "0");
}

TEST_CASE("--once says by its exit code that a custom query failed") {
  PostgresServer server;
  server.load_demo_schema();
  CHECK(run_once(config_with(server, kGood)).exit_code == 0);
  auto const result = run_once(
      config_with(server, kGood + "  - {name: bad, query: SELECT 1 AS n FROM nowhere, values: {n: gauge}}\n"));
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.output, Catch::Contains("half_sound{server="));
  CHECK_THAT(result.output, Catch::Contains("relation \\\"nowhere\\\" does not exist"));
}

}  // namespace fleet::testing
