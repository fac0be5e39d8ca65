#include "exporters/postgres/config.hpp"

#include <catch2/catch.hpp>

#include "exporters/postgres/subjects.hpp"

namespace fleet::exporters::postgres {
namespace {

Config read(const std::string& text) { return read_config(config::Document::parse(text, "test.yml")); }

const std::string kOne = "instances:\n  - {name: one, address: 'db.example:6432', user: m, database: d}\n";

}  // namespace

TEST_CASE("the example file is a working configuration") {
  Config const read = read_config(config::Document::load(FLEET_SOURCE_DIR "/exporters/postgres/postgres.yml"));
  REQUIRE(read.instances.size() == 1);
  CHECK(read.instances[0].name == "primary");
  CHECK(read.instances[0].options.server() == "127.0.0.1:5432");
  CHECK(read.instances[0].options.application_name == "pg_health_exporter");
  CHECK(read.disabled.empty());
  CHECK(read.tables.limit == 5000);
  CHECK(read.intervals.database_sizes == std::chrono::minutes(5));
}

TEST_CASE("everything has a default but the instances") {
  Config const config = read(kOne);
  CHECK(config.instances[0].options.server() == "db.example:6432");
  CHECK(config.instances[0].options.lock_timeout == std::chrono::milliseconds(500));
  for (auto const subject : kSubjectNames) CHECK(config.enabled(subject));
}

TEST_CASE("subjects are switched off by name, and each is in the table once") {
  asio::io_context io;
  std::size_t const all = make_collectors(io.get_executor(), read(kOne)).size();
  CHECK(all == kSubjectNames.size() + 1);
  for (auto const subject : kSubjectNames) {
    Config const config = read(kOne + "collectors: {" + std::string(subject) + ": false}\n");
    auto const collectors = make_collectors(io.get_executor(), config);
    CHECK(collectors.size() == all - 1);
    for (const auto& collector : collectors) {
      CHECK(collector->name() != subject);
      CHECK(collector->target() == "db.example:6432");
    }
  }
}

TEST_CASE("collectors of the second instance carry its own label") {
  asio::io_context io;
  auto const two = read("instances:\n  - {name: a, address: 'h:1'}\n  - {name: b, address: 'h:2'}\n");
  auto const collectors = make_collectors(io.get_executor(), two);
  REQUIRE(collectors.size() == 2 * (kSubjectNames.size() + 1));
  CHECK(collectors.front()->target() == "h:1");
  CHECK(collectors.back()->target() == "h:2");
}

TEST_CASE("tables and intervals") {
  Config const config = read(kOne +
                             "tables: {include: '^public', exclude: temp, limit: 7}\n"
                             "intervals: {database_sizes: 0, table_sizes: 1h, settings: 90s}\n");
  std::string scratch;
  CHECK(config.tables.limit == 7);
  CHECK(config.tables.admits("public", "cases", scratch));
  CHECK_FALSE(config.tables.admits("public", "temp_cases", scratch));
  CHECK_FALSE(config.tables.admits("audit", "cases", scratch));
  CHECK(config.intervals.database_sizes == std::chrono::milliseconds(0));
  CHECK(config.intervals.table_sizes == std::chrono::hours(1));
  CHECK(config.intervals.settings == std::chrono::seconds(90));
}

}  // namespace fleet::exporters::postgres
