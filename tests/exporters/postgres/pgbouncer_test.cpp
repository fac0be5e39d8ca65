// A real PgBouncer and its admin console.
#include <catch2/catch.hpp>

#include "tests/exporters/postgres/running_exporter.hpp"
#include "tests/servers/pgbouncer_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

using std::chrono::seconds;

std::string pooler_line(const std::string& name, const std::string& address,
                        const std::string& user = "fleet_monitor") {
  return "  - {name: " + name + ", kind: pgbouncer, address: '" + address + "', user: " + user +
         ", sslmode: disable}\n";
}

std::string of_server(const std::string& name, const std::string& address) {
  return name + "{server=\"" + address + "\"}";
}

}  // namespace

TEST_CASE("a PgBouncer's pools, statistics, databases, lists and configuration") {
  PostgresServer server;
  PgBouncerServer pooler(server);
  RunningExporter exporter("instances:\n" + pooler_line("pooler", pooler.address()));
  auto const pool = [&](const std::string& metric) {
    return "pgbouncer_pools_" + metric + "{database=\"pooled\",server=\"" + pooler.address() +
           "\",user=\"postgres\"}";
  };
  auto const stat = [&](const std::string& metric) {
    return "pgbouncer_" + metric + "{database=\"pooled\",server=\"" + pooler.address() + "\"}";
  };
  {
    ClientSession client(pooler.port(), "pooled");
    for (int i = 0; i < 5; ++i) client.run("SELECT 1");
  }
  auto page = exporter.scrape();
  INFO(page.text);
  CHECK(page.at(of_server("pgbouncer_up", pooler.address())) == 1);
  CHECK(page.series_of("pgbouncer_version_info").size() == 1);
  CHECK(page.at(stat("stats_totals_queries_pooled_total")) >= 5);
  CHECK(page.at(stat("stats_queries_pooled_total")) == page.at(stat("stats_totals_queries_pooled_total")));
  CHECK(page.at(stat("stats_totals_sql_transactions_pooled_total")) >= 5);
  CHECK(page.at(stat("stats_totals_received_bytes_total")) > 0);
  CHECK(page.types.at("pgbouncer_stats_totals_queries_duration_seconds_total") == "counter");
  CHECK(page.at(stat("stats_totals_queries_duration_seconds_total")) < 60);
  CHECK(
      page.at(
          "pgbouncer_databases_pool_size{database=\"postgres\",force_user=\"postgres\",host=\"127.0.0.1\",name="
          "\"pooled\",pool_mode=\"\",port=\"" +
          std::to_string(server.port()) + "\",server=\"" + pooler.address() + "\"}") == 1);
  CHECK(page.at(of_server("pgbouncer_config_max_client_connections", pooler.address())) == 77);
  CHECK(page.at(of_server("pgbouncer_databases", pooler.address())) == 2);  // and its own
  CHECK(page.value(of_server("pgbouncer_cached_dns_names", pooler.address())));
  CHECK(page.at("pg_health_exporter_instance_info{name=\"pooler\",server=\"" + pooler.address() + "\"}") == 1);
  for (auto const& series : page.series_of("pg_health_exporter_collector_success")) CHECK(page.at(series) == 1);

  // The one server connection is held by a transaction; whoever comes next waits.
  ClientSession holder(pooler.port(), "pooled"), waiter(pooler.port(), "pooled");
  holder.run("BEGIN");
  waiter.send("SELECT 1");
  REQUIRE(wait_until([&] { return exporter.scrape().value(pool("client_waiting_connections")) == 1; }));
  REQUIRE(wait_until([&] { return exporter.scrape().value(pool("client_maxwait_seconds")) > 0.1; }));
  page = exporter.scrape();
  CHECK(page.at(pool("server_active_connections")) == 1);
  CHECK(page.at(pool("client_active_connections")) == 1);
  holder.run("COMMIT");
  REQUIRE(wait_until([&] { return exporter.scrape().value(pool("client_waiting_connections")) == 0; }));
}

TEST_CASE("a PgBouncer that hangs, dies or refuses is down in one line, the rest stays, and it comes back") {
  PostgresServer server;
  server.load_demo_schema();
  PgBouncerServer pooler(server), strict(server);
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()) +
                           pooler_line("pooler", pooler.address()) +
                           pooler_line("strict", strict.address(), "nobody"));
  auto const up = of_server("pgbouncer_up", pooler.address());
  auto page = exporter.scrape();
  CHECK(page.at(up) == 1);
  CHECK(page.at(of_server("pgbouncer_up", strict.address())) == 0);
  CHECK(times(exporter.log(), "msg=\"pgbouncer does not answer\" instance=strict") == 1);

  pooler.freeze();
  for (int again = 0; again < 2; ++again) {
    page = exporter.scrape(seconds(2));
    CHECK(exporter.took() < seconds(2));
    CHECK(page.at(up) == 0);
    CHECK(page.at("pg_up{server=\"" + server.address() + "\"}") == 1);
    for (auto const& series : page.series_of("pg_health_exporter_collector_success")) {
      INFO(series);
      CHECK(page.at(series) == 1);
    }
  }
  pooler.thaw();
  REQUIRE(wait_until([&] { return exporter.scrape(seconds(2)).value(up) == 1; }));
  pooler.stop();
  CHECK(exporter.scrape().at(up) == 0);
  pooler.start();
  REQUIRE(wait_until([&] { return exporter.scrape().value(up) == 1; }));
  CHECK(times(exporter.log(), "msg=\"pgbouncer does not answer\" instance=pooler") == 2);
  CHECK(times(exporter.log(), "msg=\"pgbouncer answers again\" instance=pooler") == 2);
  CHECK(times(exporter.log(), "level=warn") == 3);
}

}  // namespace fleet::testing
