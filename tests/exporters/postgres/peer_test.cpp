// Debian's prometheus-postgres-exporter beside ours, on the same servers: nothing that it shows is missing
// here.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
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

/// What an exporter says of itself.
bool of_itself(const std::string& name) {
  for (std::string_view const prefix :
       {"pg_scrape_collector_", "pg_exporter_", "go_", "process_", "promhttp_", "postgres_exporter_"}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

/// The part of the page that the package's example of custom queries adds to its own collectors: of it we leave
/// out what is NaN.
bool of_custom_queries(const std::string& name) {
  return name.starts_with("pg_stat_user_tables_") || name.starts_with("pg_statio_user_tables_");
}

/// How far a value may lie outside what the peer saw before and after: each exporter's own sessions and
/// statements are among what is counted here, and lags and ages rise and fall in between.
double slack(const std::string& name) {
  constexpr double kSegment = 16.0 * 1024 * 1024;
  if (name == "pg_stat_replication_pg_wal_lsn_diff") return kSegment;
  bool const moves = name.starts_with("pg_stat_activity_") || name == "pg_locks_count" ||
                     name == "pg_stat_database_numbackends" || name == "pg_replication_lag" ||
                     name.ends_with("_age");
  return moves ? 5 : 0;
}

/// Theirs has the process id in slot_name.
std::string comparable(const std::string& series) {
  static const std::regex kSlot("slot_name=\"[^\"]*\"");
  return series.starts_with("pg_stat_replication_") ? std::regex_replace(series, kSlot, "slot_name") : series;
}

/// Series of a family by their comparable names.
std::map<std::string, double> series_of(const SamplePage& page, const std::string& family) {
  std::map<std::string, double> found;
  for (auto const& series : page.series_of(family)) found[comparable(series)] = page.at(series);
  return found;
}

/// The peer's page, ours, and the peer's again, with somebody at work in between.
struct ThreePages {
  SamplePage before, ours, after;
};

ThreePages scrape(const Peer& peer, const RunningExporter& exporter, const PostgresServer& primary) {
  auto const work = [&] {
    primary.run_sql("INSERT INTO cases (case_type) SELECT 'x' FROM generate_series(1, 500)",
                    "legalllm_multiagent");
  };
  SamplePage before = peer.scrape();
  work();
  SamplePage ours = exporter.scrape();
  work();
  return {std::move(before), std::move(ours), peer.scrape()};
}

void check_values(const std::string& family, const ThreePages& pages,
                  const std::map<std::string, double>& got) {
  auto const before = series_of(pages.before, family), after = series_of(pages.after, family);
  for (auto const& [series, value] : before) {
    if (!got.contains(series) || !after.contains(series)) continue;
    double const ours = got.at(series), later = after.at(series);
    INFO(series << " " << value << " then ours " << ours << " then " << later);
    if (std::isnan(value) && std::isnan(later)) {
      CHECK(std::isnan(ours));
      continue;
    }
    double const room = slack(family) + std::abs(value) * 1e-9;
    CHECK(ours >= std::min(value, later) - room);
    CHECK(ours <= std::max(value, later) + room);
  }
}

/// Everything on the peer's page is on ours, of the same type and value. Returns how many series were compared.
std::size_t check_nothing_missing(const std::string& server, const ThreePages& pages) {
  std::size_t compared = 0;
  for (auto const& [family, type] : pages.before.types) {
    if (of_itself(family)) continue;
    INFO(server << " " << family);
    if (family == "pg_up") {  // theirs has no label; ours watches several servers
      CHECK(pages.ours.at("pg_up{server=\"" + server + "\"}") == pages.before.at("pg_up"));
      continue;
    }
    auto const got = series_of(pages.ours, family);
    std::set<std::string> missing;
    for (auto const& [series, value] : series_of(pages.before, family)) {
      bool const left_out = of_custom_queries(family) && std::isnan(value);
      if (!got.contains(series) && !left_out) missing.insert(series);
      ++compared;
    }
    CHECK(missing == std::set<std::string>{});
    if (got.empty()) continue;
    CHECK(pages.ours.types.at(family) == (breaks_naming_rules(family, type) ? "untyped" : type));
    // Their driver asks for more digits than the server's setting.
    if (family != "pg_settings_extra_float_digits") check_values(family, pages, got);
  }
  return compared;
}

}  // namespace

TEST_CASE("names, types, labels and values are those of postgres_exporter, before and after a failover") {
  if (!std::filesystem::exists(kPeer)) {
    WARN("prometheus-postgres-exporter is not installed: not compared");
    return;
  }
  PostgresServer primary({"archive_mode=on", "archive_command=true", "autovacuum=off", "lock_timeout=7s",
                          "shared_preload_libraries=pg_stat_statements"});
  primary.load_demo_schema();
  primary.run_sql("ALTER ROLE fleet_monitor SET work_mem = '9MB'");
  auto const replica = primary.create_replica();
  primary.run_sql("SELECT pg_create_physical_replication_slot('parked', true)");
  primary.run_sql("SELECT pg_create_physical_replication_slot('unused')");
  // Of every kind: without index, without TOAST, partitioned, materialised, another schema, a name to escape.
  primary.run_sql(
      "CREATE TABLE plain (i int); CREATE TABLE parts (i int PRIMARY KEY) PARTITION BY RANGE (i);"
      "CREATE TABLE part_one PARTITION OF parts FOR VALUES FROM (0) TO (10); CREATE SCHEMA other;"
      "CREATE MATERIALIZED VIEW other.seen AS SELECT * FROM cases; CREATE TABLE other.\"a\"\"b\\\" (t text "
      "PRIMARY KEY);"
      "INSERT INTO plain VALUES (1); INSERT INTO parts VALUES (1)",
      "legalllm_multiagent");
  primary.run_sql("ANALYZE cases", "legalllm_multiagent");
  Peer of_primary(primary), of_replica(*replica);
  RunningExporter exporter("instances:\n" + instance_line("primary", primary.address()) +
                           instance_line("replica", replica->address()) +
                           "intervals: {database_sizes: 0, settings: 0}\n");
  of_primary.scrape();
  of_replica.scrape();
  exporter.scrape();

  ThreePages const pages = scrape(of_primary, exporter, primary);
  CHECK(check_nothing_missing(primary.address(), pages) > 600);
  // Not ours, although our sessions set them for themselves; and what this role is given.
  CHECK(pages.ours.at("pg_settings_lock_timeout_seconds{server=\"" + primary.address() + "\"}") == 7);
  CHECK(pages.ours.at("pg_settings_jit{server=\"" + primary.address() + "\"}") == 1);
  CHECK(pages.ours.at("pg_settings_default_transaction_read_only{server=\"" + primary.address() + "\"}") == 0);
  CHECK(pages.ours.at("pg_settings_work_mem_bytes{server=\"" + primary.address() + "\"}") == 9 * 1024 * 1024);
  CHECK(check_nothing_missing(replica->address(), scrape(of_replica, exporter, primary)) > 600);

  primary.stop(PostgresServer::Stop::immediate);
  replica->promote();
  of_replica.scrape();
  REQUIRE(wait_until([&] {
    return exporter.scrape().value("pg_replication_is_replica{server=\"" + replica->address() + "\"}") == 0;
  }));
  ThreePages const after = scrape(of_replica, exporter, *replica);
  CHECK(check_nothing_missing(replica->address(), after) > 600);
  CHECK(after.ours.at("pg_up{server=\"" + primary.address() + "\"}") == 0);
}

}  // namespace fleet::testing
