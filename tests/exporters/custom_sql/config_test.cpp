#include <catch2/catch.hpp>

#include "exporters/custom_sql.hpp"
#include "tests/exporters/commented_section.hpp"
#include "tests/message_of.hpp"
#include "tests/servers/process.hpp"

namespace fleet::exporters {
namespace {

constexpr std::string_view kPrefixes[] = {"own_"};
constexpr std::string_view kLabels[] = {"server"};

CustomSql read(const std::string& yaml) {
  auto const document = config::Document::parse(yaml, "test.yml");
  auto const root = document.root().mapping({kCustomQueriesKey, kCustomQueriesFilesKey});
  return read_custom_sql(root, {kPrefixes, kLabels});
}

std::string refusal(const std::string& yaml) {
  return testing::message_of([&] { read(yaml); });
}

CustomSql read_file(const std::string& yaml) {
  testing::TemporaryDirectory directory;
  auto const file = directory.write("queries.yaml", yaml);
  return read("custom_queries_files: ['" + file + "']\n");
}

TEST_CASE("a query says what its columns become") {
  auto const sql = read(R"(
custom_queries:
  - name: legalllm_cases
    help: Cases.
    query: |
      SELECT case_type, count(*) AS open FROM cases GROUP BY 1;
    labels: [case_type]
    values:
      open: gauge
      closed_total: {type: counter, help: Closed ones.}
      state: {metric: legalllm_state, mapping: {ok: 0, late: 1.5}}
      waited_seconds: histogram
    interval: 5m
    timeout: 2s
    databases: ^legalllm_
    min_version: 14
    max_version: 15.4
    max_rows: 50
)");
  REQUIRE(sql.queries.size() == 1);
  auto const& query = sql.queries[0];
  CHECK(query.name == "legalllm_cases");
  CHECK(query.sql == "SELECT case_type, count(*) AS open FROM cases GROUP BY 1");
  CHECK(query.interval == std::chrono::minutes(5));
  CHECK(query.timeout == std::chrono::seconds(2));
  CHECK(query.max_rows == 50);
  CHECK_FALSE(query.lenient);
  CHECK(query.databases.pattern);
  CHECK_FALSE(query.versions.contains(130010));
  CHECK(query.versions.contains(140000));
  CHECK(query.versions.contains(150004));
  CHECK_FALSE(query.versions.contains(150005));
  REQUIRE(query.columns.size() == 5);
  CHECK(query.columns[0].use == ColumnUse::label);
  CHECK(query.columns[1].metric == "legalllm_cases_open");
  CHECK(query.columns[1].help == "Cases.");
  CHECK(query.columns[1].type == MetricType::gauge);
  CHECK(query.columns[2].type == MetricType::counter);
  CHECK(query.columns[2].help == "Closed ones.");
  CHECK(query.columns[3].metric == "legalllm_state");
  CHECK(query.columns[3].use == ColumnUse::mapped);
  CHECK(query.columns[3].mapping.at("late") == 1.5);
  CHECK(query.columns[4].use == ColumnUse::histogram);
  CHECK(sql.metrics.contains("legalllm_cases_waited_seconds_bucket"));
}

TEST_CASE("what the examples have commented out is a query") {
  for (auto const* const example :
       {"compliance/compliance.yml", "consent/consent.yml", "postgres/postgres.yml"}) {
    INFO(example);
    auto const sql = read(testing::commented_section(example, "custom_queries:"));
    REQUIRE(sql.queries.size() == 1);
    CHECK(sql.queries[0].columns.size() == 4);
  }
}

TEST_CASE("defaults, and what is switched off") {
  auto const sql = read(
      "custom_queries:\n"
      "  - {name: a, query: SELECT 1 AS n, values: {n: gauge}}\n"
      "  - {name: a, query: SELECT 2 AS n, values: {n: gauge}, enabled: false}\n");
  REQUIRE(sql.queries.size() == 1);
  CHECK(sql.queries[0].interval.count() == 0);
  CHECK_FALSE(sql.queries[0].timeout);
  CHECK(sql.queries[0].max_rows == 1000);
  CHECK(sql.queries[0].databases.own());
  CHECK(sql.queries[0].versions.contains(90600));
  CHECK(read("custom_queries: []\n").empty());
  CHECK(read("{}").empty());
}

TEST_CASE("one name for several versions of the server") {
  auto const sql = read(
      "custom_queries:\n"
      "  - {name: a, query: SELECT 1 AS n, values: {n: gauge}, max_version: 13}\n"
      "  - {name: a, query: SELECT 2 AS n, values: {n: gauge}, min_version: 14}\n");
  CHECK(sql.queries.size() == 2);
  CHECK(refusal("custom_queries:\n"
                "  - {name: a, query: SELECT 1 AS n, values: {n: gauge}, max_version: 14}\n"
                "  - {name: a, query: SELECT 2 AS n, values: {n: gauge}, min_version: 14}\n") ==
        "test.yml:3:46: expected a metric of its own, got `a_n`, which query `a` has already");
  CHECK(refusal("custom_queries:\n"
                "  - {name: a, query: SELECT 1 AS n, values: {n: gauge}, max_version: 13}\n"
                "  - {name: a, query: SELECT 2 AS n, values: {n: counter}, min_version: 14}\n") ==
        "test.yml:3:46: expected the type that `a_n` has in query `a` for other versions");
}

TEST_CASE("what postgres_exporter reads is read") {
  auto const sql = read_file(R"(
pg_replication:
  query: "SELECT 1 AS lag, true AS is_replica"
  master: true
  metrics:
    - lag:
        usage: "GAUGE"
        description: "Replication lag"
pg_statements:
  query: SELECT * FROM ${not_a_variable}
  cache_seconds: 30
  runonserver: ">=13.0.0"
  metrics:
    - datname: {usage: LABEL, description: Database}
    - calls: {usage: COUNTER, description: Calls, pg_version: ">=14.0.0"}
    - state: {usage: MAPPEDMETRIC, metric_mapping: {on: 1, off: 0}}
    - uptime: {usage: DURATION}
    - took: {usage: HISTOGRAM}
    - userid: {usage: DISCARD}
)");
  REQUIRE(sql.queries.size() == 2);
  CHECK(sql.queries[0].lenient);
  CHECK(sql.queries[0].columns[0].metric == "pg_replication_lag");
  CHECK(sql.queries[0].columns[0].help == "Replication lag");
  auto const& query = sql.queries[1];
  CHECK(query.sql == "SELECT * FROM ${not_a_variable}");
  CHECK(query.interval == std::chrono::seconds(30));
  CHECK_FALSE(query.versions.contains(120000));
  REQUIRE(query.columns.size() == 6);
  CHECK(query.columns[0].use == ColumnUse::label);
  CHECK(query.columns[1].type == MetricType::counter);
  CHECK_FALSE(query.columns[1].versions.contains(130005));
  CHECK(query.columns[2].mapping.at("on") == 1);
  CHECK(query.columns[3].metric == "pg_statements_uptime_milliseconds");
  CHECK(query.columns[4].type == MetricType::histogram);
  CHECK(query.columns[5].use == ColumnUse::discard);
  CHECK(query.columns[5].metric.empty());
}

TEST_CASE("databases of a file are not those of its master queries") {
  testing::TemporaryDirectory directory;
  auto const file =
      directory.write("queries.yaml",
                      "a: {query: SELECT 1 AS n, metrics: [{n: {usage: GAUGE}}]}\n"
                      "b: {query: SELECT 1 AS n, master: true, metrics: [{n: {usage: GAUGE}}]}\n");
  auto const sql = read("custom_queries_files:\n  - {path: '" + file + "', databases: [one, two]}\n");
  REQUIRE(sql.queries.size() == 2);
  CHECK(sql.queries[0].databases.names == std::vector<std::string>{"one", "two"});
  CHECK(sql.queries[1].databases.own());
}

}  // namespace
}  // namespace fleet::exporters
