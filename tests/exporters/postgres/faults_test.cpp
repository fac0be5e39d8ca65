// pg_health_exporter against servers that are not well.
#include <catch2/catch.hpp>

#include "tests/exporters/postgres/running_exporter.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string up(const std::string& address) { return "pg_up{server=\"" + address + "\"}"; }

std::string success(const std::string& collector, const std::string& address) {
  return "pg_health_exporter_collector_success{collector=\"" + collector + "\",target=\"" + address + "\"}";
}

std::size_t failed_collectors(const SamplePage& page) {
  std::size_t failed = 0;
  for (auto const& series : page.series_of("pg_health_exporter_collector_success"))
    failed += page.at(series) == 0;
  return failed;
}

std::string of_server(const std::string& name, const std::string& address) {
  return name + "{server=\"" + address + "\"}";
}

}  // namespace

TEST_CASE("a table under an exclusive lock delays no scrape, and its waits are seen") {
  PostgresServer server;
  server.load_demo_schema();
  auto const address = server.address();
  RunningExporter exporter("instances:\n" + instance_line("primary", address) +
                           "intervals: {table_sizes: 0}\n");
  exporter.scrape();
  ClientSession holder(server, "legalllm_multiagent"), waiter(server, "legalllm_multiagent");
  holder.run("BEGIN; LOCK TABLE cases IN ACCESS EXCLUSIVE MODE");
  waiter.send("SELECT count(*) FROM cases");
  REQUIRE(wait_until([&] { return exporter.scrape().value(of_server("pg_locks_waiting", address)) == 1; }));
  REQUIRE(wait_until(
      [&] { return exporter.scrape().value(of_server("pg_locks_longest_wait_seconds", address)) > 0.2; }));
  SamplePage const page = exporter.scrape();
  CHECK(exporter.took() < milliseconds(2000));
  CHECK(failed_collectors(page) == 0);
  CHECK(page.at(of_server("pg_locks_blockers", address)) == 1);
  CHECK(page.at("pg_locks_count{datname=\"legalllm_multiagent\",mode=\"accessexclusivelock\",server=\"" +
                address + "\"}") >= 1);
  CHECK(page.at(of_server("pg_idle_in_transaction_sessions", address)) == 1);
  CHECK(page.at(of_server("pg_idle_in_transaction_max_seconds", address)) > 0.2);
  CHECK(page.at(of_server("pg_long_running_transactions_oldest_timestamp_seconds", address)) > 0.2);
  CHECK(page.at("pg_stat_activity_count{datname=\"legalllm_multiagent\",server=\"" + address +
                "\",state=\"idle in transaction\"}") == 1);
  // The locked table is there with its counters, without its size.
  auto const cases =
      "{datname=\"legalllm_multiagent\",relname=\"cases\",schemaname=\"public\",server=\"" + address + "\"}";
  CHECK(page.value("pg_stat_user_tables_n_live_tup" + cases));
  CHECK_FALSE(page.value("pg_stat_user_tables_size_bytes" + cases));
  holder.run("COMMIT");
  REQUIRE(wait_until([&] {
    SamplePage const after = exporter.scrape();
    return after.value(of_server("pg_locks_waiting", address)) == 0 &&
           after.value("pg_stat_user_tables_size_bytes" + cases);
  }));
}

TEST_CASE("a frozen server is down within the scrape's timeout, the other stays up, and it comes back") {
  PostgresServer frozen, well;
  frozen.load_demo_schema();
  well.load_demo_schema();
  RunningExporter exporter("instances:\n" + instance_line("frozen", frozen.address()) +
                           instance_line("well", well.address()));
  CHECK(exporter.scrape().at(up(frozen.address())) == 1);
  frozen.freeze();
  for (int scrape = 0; scrape < 2; ++scrape) {  // on the kept session, then on a new one
    SamplePage const page = exporter.scrape(seconds(2));
    CHECK(exporter.took() < milliseconds(2000));
    CHECK(page.at(up(frozen.address())) == 0);
    CHECK(page.at(of_server("pg_exporter_last_scrape_error", frozen.address())) == 1);
    CHECK(page.at(up(well.address())) == 1);
    CHECK(page.at(of_server("pg_replication_is_replica", well.address())) == 0);
    CHECK(page.series_of("pg_stat_user_tables_n_live_tup").size() == 5);
    // One fact, told once: the server does not answer.
    CHECK(failed_collectors(page) == 0);
  }
  frozen.thaw();
  REQUIRE(
      wait_until([&] { return exporter.scrape(seconds(2)).value(up(frozen.address())) == 1; }, seconds(10)));
  CHECK_THAT(exporter.log(), Catch::Contains("server does not answer"));
  CHECK_THAT(exporter.log(), Catch::Contains("server answers again"));
}

TEST_CASE("a server that is stopped, restarted and killed comes back by itself") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()));
  auto const series = up(server.address());
  CHECK(exporter.scrape().at(series) == 1);
  // A clean restart between two scrapes is not seen at all.
  server.restart();
  CHECK(exporter.scrape().at(series) == 1);
  server.restart(PostgresServer::Stop::immediate);
  REQUIRE(wait_until([&] { return exporter.scrape().value(series) == 1; }, seconds(10)));
  server.stop();
  SamplePage const down = exporter.scrape();
  CHECK(down.at(series) == 0);
  CHECK(down.series_of("pg_static").empty());
  CHECK(failed_collectors(down) == 0);
  CHECK(run_once("instances:\n" + instance_line("primary", server.address())).exit_code == 3);
  server.start();
  REQUIRE(wait_until([&] { return exporter.scrape().value(series) == 1; }, seconds(10)));
  CHECK(failed_collectors(exporter.scrape()) == 0);
}

TEST_CASE("what is no PostgreSQL is down") {
  PostgresServer well;
  well.load_demo_schema();
  GarbageServer garbage("HTTP/1.1 400 Bad Request\r\n\r\n<html>\x01\xff");
  GarbageServer closing("", GarbageServer::Then::close);
  SilentServer silent;
  auto const nobody = "127.0.0.1:" + std::to_string(free_port());
  RunningExporter exporter("instances:\n" + instance_line("well", well.address()) +
                           instance_line("garbage", garbage.address()) +
                           instance_line("closing", closing.address()) +
                           instance_line("silent", silent.address()) + instance_line("nobody", nobody));
  SamplePage const page = exporter.scrape(seconds(2));
  CHECK(exporter.took() < milliseconds(2000));
  CHECK(page.at(up(well.address())) == 1);
  for (auto const& address : {garbage.address(), closing.address(), silent.address(), nobody}) {
    INFO(address);
    CHECK(page.at(up(address)) == 0);
  }
  CHECK(failed_collectors(page) == 0);
}

TEST_CASE("a wrong password is down, and no log shows it") {
  PostgresServer server({}, "scram-sha-256");
  server.load_demo_schema();
  server.run_sql("ALTER ROLE fleet_monitor PASSWORD 'correct-horse'");
  {
    RunningExporter exporter("instances:\n" + instance_line("a", server.address(), ", password: wrong-staple"));
    CHECK(exporter.scrape().at(up(server.address())) == 0);
    CHECK_THAT(exporter.log(), Catch::Contains("password authentication failed"));
    CHECK_THAT(exporter.log(), !Catch::Contains("wrong-staple"));
  }
  RunningExporter exporter("instances:\n" + instance_line("a", server.address(), ", password: correct-horse"));
  CHECK(exporter.scrape().at(up(server.address())) == 1);
}

TEST_CASE("a subject that fails alone is named, and the others go on") {
  PostgresServer server;
  server.load_demo_schema();
  server.run_sql("REVOKE pg_monitor FROM fleet_monitor", "legalllm_multiagent");
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()));
  SamplePage const page = exporter.scrape();
  auto const address = server.address();
  CHECK(page.at(up(address)) == 1);
  CHECK(page.at(success("wal", address)) == 0);  // pg_ls_waldir() needs pg_monitor
  CHECK(page.at(success("locks", address)) == 1);
  CHECK(page.at(success("tables", address)) == 1);
  CHECK(failed_collectors(page) == 1);
  CHECK_THAT(exporter.log(), Catch::Contains("collector=wal"));
  CHECK(exporter.scrape().at(of_server("pg_exporter_last_scrape_error", address)) == 1);
  server.run_sql("GRANT pg_monitor TO fleet_monitor", "legalllm_multiagent");
  REQUIRE(wait_until([&] { return failed_collectors(exporter.scrape()) == 0; }));
  REQUIRE(wait_until(
      [&] { return exporter.scrape().value(of_server("pg_exporter_last_scrape_error", address)) == 0; }));
}

}  // namespace fleet::testing
