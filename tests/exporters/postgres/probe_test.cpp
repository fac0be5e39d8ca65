// GET /probe of any server that a request names.
#include <catch2/catch.hpp>

#include "tests/exporters/postgres/running_exporter.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

const std::string kModules =
    "auth_modules:\n"
    "  demo:\n"
    "    type: userpass\n"
    "    userpass: {username: fleet_monitor, password: correct-horse}\n"
    "    options: {sslmode: disable, dbname: legalllm_multiagent}\n"
    "  wrong:\n"
    "    type: userpass\n"
    "    userpass: {username: fleet_monitor, password: wrong-staple}\n";

std::string of_server(const std::string& name, const std::string& server) {
  return name + "{server=\"" + server + "\"}";
}

/// Sessions of the exporter on a server.
std::string sessions(const PostgresServer& server) {
  return server.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_health_exporter'");
}

}  // namespace

TEST_CASE("a probe measures the server that the request names, with the module's credentials") {
  PostgresServer server({}, "scram-sha-256"), other({}, "scram-sha-256");
  for (PostgresServer* one : {&server, &other}) {
    one->load_demo_schema();
    one->run_sql("ALTER ROLE fleet_monitor PASSWORD 'correct-horse'");
  }
  RunningExporter exporter(kModules);
  auto const probe = [&](const PostgresServer& which) {
    return "/probe?auth_module=demo&target=" + which.address();
  };
  SamplePage const page = exporter.scrape_path(probe(server));
  CHECK(page.at(of_server("pg_up", server.address())) == 1);
  CHECK(page.series_of("pg_stat_user_tables_n_live_tup").size() == 5);
  CHECK(page.value(of_server("pg_settings_max_connections", server.address())) == 50);
  CHECK(page.series_of("process_start_time_seconds").empty());
  CHECK(page.series_of("pg_health_exporter_build_info").empty());
  CHECK(exporter.scrape_path(probe(other)).at(of_server("pg_up", other.address())) == 1);
  CHECK(exporter.scrape().series_of("pg_up").empty());

  // The session is kept for the next probe; the one that asks for the settings is not.
  REQUIRE(wait_until([&] { return sessions(server) == "1"; }));
  auto const before =
      server.value("SELECT pid FROM pg_stat_activity WHERE application_name = 'pg_health_exporter'");
  exporter.scrape_path(probe(server));
  CHECK(sessions(server) == "1");
  CHECK(server.value("SELECT pid FROM pg_stat_activity WHERE application_name = 'pg_health_exporter'") ==
        before);

  SamplePage const part = exporter.scrape_path(probe(server) + "&collect[]=locks");
  CHECK(part.at(of_server("pg_up", server.address())) == 1);
  CHECK(part.value(of_server("pg_locks_waiting", server.address())) == 0);
  CHECK(part.series_of("pg_stat_database_numbackends").empty());
  CHECK(exporter.get(probe(server) + "&collect[]=lock").status == 400);

  auto const wrong = exporter.scrape_path("/probe?auth_module=wrong&target=" + server.address() + "/postgres");
  CHECK(wrong.at(of_server("pg_up", server.address())) == 0);
  CHECK(exporter
            .scrape_path("/probe?target=fleet_monitor:correct-horse@" + server.address() +
                         "/legalllm_multiagent?sslmode%3Ddisable")
            .at(of_server("pg_up", server.address())) == 1);
  CHECK_THAT(exporter.log(), !Catch::Contains("staple"));
  CHECK_THAT(exporter.log(), !Catch::Contains("horse"));

  server.stop();
  CHECK(exporter.scrape_path(probe(server)).at(of_server("pg_up", server.address())) == 0);
  server.start();
  REQUIRE(wait_until(
      [&] { return exporter.scrape_path(probe(server)).value(of_server("pg_up", server.address())) == 1; }));
}

TEST_CASE("what a probe may not or cannot measure") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter(kModules + "probe: {allowed_networks: [127.0.0.1, '::1']}\n");
  auto const refused = [&](const std::string& query) {
    auto const answer = exporter.get("/probe" + query);
    INFO(query << answer.body);
    CHECK(answer.status == 400);
    return answer.body;
  };
  CHECK(refused("") == "target is required\n");
  CHECK(refused("?target=127.0.0.1:1&auth_module=nobody") == "auth_module nobody not found\n");
  CHECK(refused("?target=127.0.0.1:x&auth_module=demo") ==
        "target: expected port to be a number from 1 to 65535\n");
  CHECK(refused("?target=127.0.0.1:1") == "neither the target nor an auth_module names a user\n");
  CHECK_THAT(refused("?auth_module=demo&target=127.0.0.2:5432"),
             Catch::Contains("127.0.0.2 is outside of the allowed networks (`probe: allowed_networks`)"));
  CHECK_THAT(refused("?auth_module=demo&target=169.254.169.254:80"),
             Catch::Contains("outside of the allowed networks"));
  CHECK_THAT(refused("?auth_module=demo&target=/run/postgresql"), Catch::StartsWith("target: expected"));
  auto const unknown = exporter.scrape_path("/probe?auth_module=demo&target=no-such-host.invalid:5432");
  CHECK(unknown.at(of_server("pg_up", "no-such-host.invalid:5432")) == 0);

  SilentServer silent;
  CHECK(exporter.scrape_path("/probe?auth_module=demo&target=" + silent.address(), std::chrono::seconds(2))
            .at(of_server("pg_up", silent.address())) == 0);
  CHECK(exporter.took() < std::chrono::milliseconds(2000));
  CHECK(exporter.scrape_path("/probe?auth_module=demo&target=" + server.address())
            .at(of_server("pg_up", server.address())) == 1);
}

TEST_CASE("without auth_modules and probe there is nothing to probe") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter("instances:\n" + instance_line("primary", server.address()));
  auto const answer = exporter.get("/probe?target=" + server.address());
  CHECK(answer.status == 400);
  CHECK(answer.body == "the configuration allows no targets\n");
}

TEST_CASE("an idle target's session ends") {
  PostgresServer server;
  server.load_demo_schema();
  RunningExporter exporter(kModules + "probe: {keep: 1s}\n");
  CHECK(exporter.scrape_path("/probe?auth_module=demo&target=" + server.address())
            .at(of_server("pg_up", server.address())) == 1);
  REQUIRE(wait_until([&] { return sessions(server) == "0"; }, std::chrono::seconds(10)));
}

}  // namespace fleet::testing
