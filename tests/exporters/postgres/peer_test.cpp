// Debian's prometheus-postgres-exporter beside ours, on one server: what we share is the same.
#include <catch2/catch.hpp>
#include <cmath>
#include <regex>

#include "tests/exporters/postgres/running_exporter.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

constexpr const char* kPeer = "/usr/bin/prometheus-postgres-exporter";

/// The tables' part of the package's own example, as its documentation tells users to load it.
std::string queries() {
  auto const text = read_text("/usr/share/doc/prometheus-postgres-exporter/examples/queries.yaml");
  return text.substr(0, text.find("# WARNING: This set of metrics"));
}

class Peer {
 public:
  explicit Peer(const PostgresServer& server) : port_(free_port()) {
    Launch launch;
    launch.command = {kPeer, "--web.listen-address=127.0.0.1:" + std::to_string(port_),
                      "--extend.query-path=" + directory_.write("queries.yaml", queries())};
    launch.environment["DATA_SOURCE_NAME"] =
        "postgresql://fleet_monitor@" + server.address() + "/legalllm_multiagent?sslmode=disable";
    launch.output = directory_.path() / "log";
    process_ = std::make_unique<Process>(std::move(launch));
  }
  SamplePage scrape() const {
    std::string page;
    bool const answered = wait_until([&] {
      try {
        page = http_get(port_, "/metrics").body;
      } catch (const std::exception&) {
        return false;
      }
      return page.find("pg_static{") != std::string::npos;
    });
    INFO(process_->output());
    REQUIRE(answered);
    return SamplePage(page);
  }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// Names that promtool refuses as what the peer says they are.
bool breaks_naming_rules(const std::string& name, const std::string& type) {
  return (type == "counter" && !name.ends_with("_total")) || name.ends_with("_count");
}

/// What stands still while nobody but the two exporters uses the server.
bool comparable(const std::string& name) {
  for (std::string_view const prefix :
       {"pg_settings_", "pg_stat_user_tables_", "pg_database_size_bytes", "pg_postmaster_start_time_seconds",
        "pg_stat_bgwriter_checkpoints_", "pg_stat_bgwriter_stats_reset", "pg_stat_archiver_archived_count",
        "pg_stat_archiver_failed_count", "pg_replication_slots_active", "pg_static",
        "pg_stat_database_tup_updated", "pg_stat_database_deadlocks", "pg_stat_database_conflicts",
        "pg_stat_database_stats_reset"}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("names, types, labels and values are those of postgres_exporter") {
  if (!std::filesystem::exists(kPeer)) {
    WARN("prometheus-postgres-exporter is not installed: not compared");
    return;
  }
  PostgresServer server({"archive_mode=on", "archive_command=true", "autovacuum=off"});
  server.load_demo_schema();
  auto const replica = server.create_replica();
  server.run_sql("SELECT pg_create_physical_replication_slot('parked', true)");
  // Of every kind: without index, without TOAST, partitioned, materialised, another schema, a name to escape.
  server.run_sql(
      "CREATE TABLE plain (i int); CREATE TABLE parts (i int PRIMARY KEY) PARTITION BY RANGE (i);"
      "CREATE TABLE part_one PARTITION OF parts FOR VALUES FROM (0) TO (10); CREATE SCHEMA other;"
      "CREATE MATERIALIZED VIEW other.seen AS SELECT * FROM cases; CREATE TABLE other.\"a\"\"b\\\" (t text "
      "PRIMARY KEY);"
      "INSERT INTO plain VALUES (1); INSERT INTO parts VALUES (1)",
      "legalllm_multiagent");
  server.run_sql("INSERT INTO cases (case_type) SELECT 'x' FROM generate_series(1, 500); ANALYZE cases",
                 "legalllm_multiagent");
  Peer peer(server);
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()));
  peer.scrape();
  exporter.scrape();
  SamplePage const theirs = peer.scrape();
  SamplePage const ours = exporter.scrape();

  std::size_t shared = 0;
  for (auto const& [name, type] : theirs.types) {
    INFO(name);
    bool const other_business = name.starts_with("pg_scrape_collector_") || name.starts_with("pg_exporter_") ||
                                name.starts_with("go_") || name.starts_with("process_") ||
                                name.starts_with("promhttp_") || name.starts_with("postgres_exporter_");
    if (other_business) continue;
    if (!ours.types.contains(name)) {
      // Of some 300 settings we show those that something is judged against. A family of nothing but NaN we
      // leave out.
      bool only_nan = true;
      for (auto const& series : theirs.series_of(name)) only_nan = only_nan && std::isnan(theirs.at(series));
      CHECK((name.starts_with("pg_settings_") || only_nan));
      continue;
    }
    ++shared;
    CHECK(ours.types.at(name) == (breaks_naming_rules(name, type) ? "untyped" : type));
    if (name == "pg_up") continue;  // theirs has no label; ours watches several servers
    std::set<std::string> wanted = theirs.series_of(name);
    std::set<std::string> got = ours.series_of(name);
    for (auto const& series : theirs.series_of(name)) {
      if (std::isnan(theirs.at(series)) && !got.contains(series)) wanted.erase(series);
    }
    if (name.starts_with("pg_stat_replication_")) {
      // Theirs puts the process id into slot_name.
      auto const blank = [](const std::set<std::string>& all) {
        std::set<std::string> out;
        for (auto const& one : all)
          out.insert(std::regex_replace(one, std::regex("slot_name=\"[^\"]*\""), "slot_name"));
        return out;
      };
      CHECK(blank(got) == blank(wanted));
      continue;
    }
    CHECK(got == wanted);
    if (!comparable(name)) continue;
    for (auto const& series : wanted) {
      INFO(series);
      CHECK(ours.at(series) == Approx(theirs.at(series)));
    }
  }
  CHECK(shared > 100);
}

}  // namespace fleet::testing
