// A queries.yaml of postgres_exporter, as it is.
#include <catch2/catch.hpp>

#include "tests/exporters/custom_sql/queries_site.hpp"

namespace fleet::testing {
namespace {

const std::string kFile = R"(
pg_replication:
  query: "SELECT CASE WHEN NOT pg_is_in_recovery() THEN 0 ELSE 1 END AS lag"
  master: true
  metrics:
    - lag:
        usage: "GAUGE"
        description: "Replication lag behind master in seconds"
pg_stat_user_tables:
  query: "SELECT current_database() datname, schemaname, relname, seq_scan, 3 AS nine_lives FROM pg_stat_user_tables"
  metrics:
    - datname: {usage: LABEL, description: Database}
    - schemaname: {usage: LABEL, description: Schema}
    - relname: {usage: LABEL, description: Table}
    - seq_scan: {usage: COUNTER, description: Scans}
    - nine_lives: {usage: GAUGE, description: Lives}
legalllm:
  query: |
    SELECT 'court' AS kind, true AS flag, 'warm' AS state, '1m30s' AS uptime, 12 AS hidden,
           timestamptz '2026-11-27 10:08:48.25+00' AS seen, 4 AS unlisted, 'words' AS unlisted_words,
           ARRAY[1, 2, 4] AS took, ARRAY[1, 3, 3] AS took_bucket, 7.5 AS took_sum, 5 AS took_count,
           NULL::int AS nothing;
  cache_seconds: 30
  metrics:
    - kind: {usage: LABEL, description: Kind}
    - flag: {usage: LABEL, description: Flag}
    - state: {usage: MAPPEDMETRIC, description: State, metric_mapping: {cold: 0, warm: 1}}
    - uptime: {usage: DURATION, description: Uptime}
    - hidden: {usage: DISCARD, description: ""}
    - seen: {usage: GAUGE, description: Seen}
    - took: {usage: HISTOGRAM, description: Took}
    - nothing: {usage: GAUGE, description: Nothing}
    - absent: {usage: GAUGE, description: Absent, pg_version: "<13.0.0"}
later:
  query: "SELECT 1 AS n"
  runonserver: ">=99.0.0"
  metrics: [{n: {usage: GAUGE, description: ""}}]
)";

}  // namespace

TEST_CASE("pg_health_exporter --extend.query-path shows what postgres_exporter would") {
  PostgresServer server;
  server.load_demo_schema();
  TemporaryDirectory directory;
  auto const queries = directory.write("queries.yaml", kFile);
  auto const config =
      directory.write("postgres.yml", "instances:\n" + instance_line("primary", server.address()));
  Launch launch;
  launch.command = {FLEET_BIN_DIR "/pg_health_exporter", "--once", "--config.file=" + config,
                    "--extend.query-path=" + queries};
  launch.output = directory.path() / "page";
  Process process(std::move(launch));
  int const status = process.wait(std::chrono::seconds(30));
  auto const output = process.output();
  INFO(output);
  CHECK(status == 0);
  SamplePage const page(output);
  auto const own = "{flag=\"true\",kind=\"court\",server=\"" + server.address() + "\"}";
  CHECK(page.at("legalllm_state" + own) == 1);
  CHECK(page.at("legalllm_uptime_milliseconds" + own) == 90000);
  CHECK(page.at("legalllm_seen" + own) == 1795774128.25);
  CHECK(page.at("legalllm_unlisted" + own) == 4);
  CHECK(page.types.at("legalllm_unlisted") == "untyped");
  for (auto const* const none : {"legalllm_hidden", "legalllm_unlisted_words", "legalllm_nothing",
                                 "legalllm_absent", "legalllm_took_sum_sum", "later_n"}) {
    INFO(none);
    CHECK(page.types.count(none) == 0);
  }
  auto const bucket = [&](const std::string& bound) {
    return "legalllm_took_bucket{flag=\"true\",kind=\"court\",server=\"" + server.address() + "\",le=\"" +
           bound + "\"}";
  };
  CHECK(page.at(bucket("1")) == 1);
  CHECK(page.at(bucket("2")) == 3);
  CHECK(page.at(bucket("4")) == 3);
  CHECK(page.at(bucket("+Inf")) == 5);
  CHECK(page.at("legalllm_took_sum" + own) == 7.5);
  CHECK(page.at("legalllm_took_count" + own) == 5);

  // What the exporter has itself is its own; the rest of that query is shown.
  CHECK(page.at("pg_stat_user_tables_nine_lives{datname=\"legalllm_multiagent\",relname=\"cases\",schemaname="
                "\"public\",server=\"" +
                server.address() + "\"}") == 3);
  CHECK(page.series_of("pg_stat_user_tables_seq_scan").size() == 5);
  CHECK(times(output,
              "msg=\"custom query gives way\" query=pg_stat_user_tables metric=pg_stat_user_tables_seq_scan") ==
        1);
  CHECK(page.at(success_of("pg_stat_user_tables", server)) == 1);
  CHECK(times(output, "level=warn") == 0);
}

}  // namespace fleet::testing
