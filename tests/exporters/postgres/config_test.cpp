#include "exporters/postgres/config.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "exporters/postgres/collector_flags.hpp"
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
  for (auto const subject : kSubjectNames) CHECK(read.enabled(subject) == Config().enabled(subject));
  CHECK(read.tables.limit == 5000);
  CHECK(read.intervals.database_sizes == std::chrono::minutes(5));
}

TEST_CASE("everything has a default but the instances") {
  Config const config = read(kOne);
  CHECK(config.instances[0].options.server() == "db.example:6432");
  CHECK(config.instances[0].options.lock_timeout == std::chrono::milliseconds(500));
  CHECK(config.enabled("replication"));
  for (auto const subject : kOffByDefault) CHECK_FALSE(config.enabled(subject));
}

namespace {

/// A configuration with every subject switched on.
std::string everything() {
  std::string text = kOne + "collectors:\n";
  for (auto const subject : kSubjectNames) text += "  " + std::string(subject) + ": true\n";
  return text;
}

std::set<std::string> names(const std::vector<std::unique_ptr<Collector>>& collectors) {
  std::set<std::string> found;
  for (const auto& collector : collectors) CHECK(found.insert(std::string(collector->name())).second);
  return found;
}

}  // namespace

TEST_CASE("every subject is in the table once, under its name") {
  asio::io_context io;
  std::set<std::string> wanted(kSubjectNames.begin(), kSubjectNames.end());
  wanted.insert("server_status");
  CHECK(names(make_collectors(io.get_executor(), read(everything()))) == wanted);
  for (auto const subject : kOffByDefault) CHECK(wanted.erase(std::string(subject)) == 1);
  CHECK(names(make_collectors(io.get_executor(), read(kOne))) == wanted);
}

TEST_CASE("subjects are switched by name, ours or postgres_exporter's") {
  asio::io_context io;
  std::size_t const all = make_collectors(io.get_executor(), read(everything())).size();
  for (auto const subject : kSubjectNames) {
    Config config = read(everything());
    config.switched[std::string(subject)] = false;
    auto const collectors = make_collectors(io.get_executor(), config);
    CHECK(collectors.size() == all - 1);
    for (const auto& collector : collectors) {
      CHECK(collector->name() != subject);
      CHECK(collector->target() == (collector->name() == "failover" ? "" : "db.example:6432"));
    }
  }
  CHECK_FALSE(read(kOne + "collectors: {stat_bgwriter: false}\n").enabled("checkpoints"));
  CHECK(read(kOne + "collectors: {stat_statements: true}\n").enabled("stat_statements"));
  for (const auto& [theirs, ours] : kSubjectAliases) {
    CHECK(std::count(kSubjectNames.begin(), kSubjectNames.end(), ours) == 1);
    CHECK(std::count(kSubjectNames.begin(), kSubjectNames.end(), theirs) == 0);
  }
}

TEST_CASE("flags switch subjects, and win over the file") {
  CollectorFlags switches;
  app::Flags flags("pg_health_exporter", "");
  switches.register_on(flags);
  const char* const words[] = {"pg_health_exporter", "--collector.stat_statements",
                               "--no-collector.stat_bgwriter", "--collector.wal", "--no-collector.wal"};
  REQUIRE(flags.parse(static_cast<int>(std::size(words)), words));
  Config config = read(kOne + "collectors: {stat_statements: false, locks: false}\n");
  switches.apply(config);
  CHECK(config.enabled("stat_statements"));
  CHECK_FALSE(config.enabled("checkpoints"));
  CHECK_FALSE(config.enabled("wal"));
  CHECK_FALSE(config.enabled("locks"));
  CHECK(config.enabled("replication"));
  const char* const unknown[] = {"pg_health_exporter", "--collector.stat_statement"};
  CHECK_THROWS_WITH(flags.parse(2, unknown),
                    "unknown flag --collector.stat_statement, did you mean "
                    "--collector.stat_statements?");
}

TEST_CASE("collectors of the second instance carry its own label") {
  asio::io_context io;
  auto const one = make_collectors(io.get_executor(), read(kOne));
  auto const two = read("instances:\n  - {name: a, address: 'h:1'}\n  - {name: b, address: 'h:2'}\n");
  auto const collectors = make_collectors(io.get_executor(), two);
  REQUIRE(collectors.size() == 2 * one.size() - 1);  // failover is of both
  CHECK(collectors.front()->target() == "h:1");
  CHECK(collectors[collectors.size() - 2]->target() == "h:2");
  CHECK(collectors.back()->name() == "failover");
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
