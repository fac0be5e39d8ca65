// The configuration of what pg_health_exporter reads besides PostgreSQL's own statistics.
#include <catch2/catch.hpp>

#include "exporters/postgres/config.hpp"
#include "exporters/postgres/subjects.hpp"
#include "tests/exporters/commented_section.hpp"

namespace fleet::exporters::postgres {
namespace {

Config read(const std::string& text) { return read_config(config::Document::parse(text, "test.yml")); }

const std::string kOne = "instances:\n  - {name: primary, address: 'db.example:6432', user: m, database: d}\n";

}  // namespace

TEST_CASE("a PgBouncer is an instance of another kind") {
  auto const config = read(kOne +
                           "  - {name: pooler, kind: pgbouncer, address: 'db.example:7432', user: m}\n"
                           "  - {name: second, kind: postgres, address: 'db.example:8432'}\n");
  REQUIRE(config.instances.size() == 2);
  REQUIRE(config.poolers.size() == 1);
  CHECK(config.poolers[0].name == "pooler");
  CHECK(config.poolers[0].options.database == "pgbouncer");
  CHECK(config.instances[1].options.database == "postgres");
  asio::io_context io;
  auto const alone = read("instances: [{name: pooler, kind: pgbouncer, address: 'h:1'}]\n");
  auto const collectors = make_collectors(io.get_executor(), alone);
  REQUIRE(collectors.size() == 6);
  for (auto const& collector : collectors) CHECK(collector->target() == "h:1");
  CHECK(collectors[0]->name() == "pgbouncer");
}

TEST_CASE("backups are read from files and from instances") {
  auto const config =
      read(kOne +
           "backups:\n"
           "  - {name: stamp, stamp: last.json, fields: {finished_at: /0/stop, failed: /0/error}}\n"
           "  - {name: files, files: '/backups/*.dump'}\n"
           "  - {name: wal, archiver: true, instance: primary}\n"
           "  - {name: sql, query: 'SELECT 1 AS last_success;', instance: primary}\n");
  REQUIRE(config.backups.size() == 4);
  CHECK(config.backups[0].stamp == "last.json");
  CHECK(config.backups[0].fields.at("finished_at") == "/0/stop");
  CHECK(config.backups[1].files == "/backups/*.dump");
  CHECK(config.backups[2].options.server() == "db.example:6432");
  CHECK(config.backups[2].sql.find("pg_stat_archiver") != std::string::npos);
  CHECK(config.backups[3].sql == "SELECT 1 AS last_success");
}

TEST_CASE("what the example has commented out works too") {
  auto const queries = testing::commented_section("postgres/postgres.yml", "custom_queries:");
  auto const backups = testing::commented_section("postgres/postgres.yml", "backups:");
  auto const config = read(kOne + queries + backups);
  REQUIRE(config.custom_sql->queries.size() == 1);
  CHECK(config.custom_sql->metrics.contains("legalllm_cases_created_total"));
  CHECK(config.backups.size() == 5);
}

}  // namespace fleet::exporters::postgres
