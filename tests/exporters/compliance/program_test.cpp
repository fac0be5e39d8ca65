// The program itself.
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/exporters/page.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet {
namespace {

using testing::Launch;
using testing::Process;

const std::string program = std::string(FLEET_BIN_DIR) + "/compliance_exporter";

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++count;
  return count;
}

TEST_CASE("compliance_exporter from start to end") {
  testing::PostgresServer server;
  server.load_demo_schema();
  testing::TemporaryDirectory directory;
  auto const config =
      directory.write("compliance.yml", "database: {address: '" + server.address() +
                                            "', user: fleet_monitor, database: legalllm_multiagent}\n");
  auto const log = directory.path() / "log";

  SECTION("serves a page that promtool accepts, and logs a failure once") {
    auto const port = testing::free_port();
    Process exporter(
        {{program, "--config.file=" + config, "--web.listen-address=127.0.0.1:" + std::to_string(port)},
         log,
         {},
         {},
         {}});
    REQUIRE(testing::wait_until([&] { return testing::accepts(port); }));
    auto const good = testing::http_get(port, "/metrics");
    REQUIRE(good.status == 200);
    CHECK_THAT(good.body, Catch::Matchers::Contains("\naustralian_legal_violations_total{"));
    auto const page = directory.write("page", good.body);
    CHECK_NOTHROW(testing::run_command({"sh", "-c", "promtool check metrics < " + page}));

    server.run_sql("ALTER TABLE cases RENAME TO matters", "legalllm_multiagent");
    for (int i = 0; i < 3; ++i) CHECK(testing::http_get(port, "/metrics").status == 200);
    CHECK(times(testing::read_text(log), "query `cases`: relation \\\"cases\\\" does not exist") == 1);
    CHECK(times(testing::read_text(log), "level=warn") == 2);  // `cases` and `form13` read that table
    server.run_sql("ALTER TABLE matters RENAME TO cases", "legalllm_multiagent");
    CHECK(testing::http_get(port, "/metrics").status == 200);
    exporter.signal(SIGTERM);
    CHECK(exporter.wait() == 0);
  }
  SECTION(
      "answers within the scraper's patience while the database is frozen, and reloads without losing count") {
    auto const sql = [&](const std::string& text) { server.run_sql(text, "legalllm_multiagent"); };
    auto const port = testing::free_port();
    Process exporter(
        {{program, "--config.file=" + config, "--web.listen-address=127.0.0.1:" + std::to_string(port)},
         log,
         {},
         {},
         {}});
    REQUIRE(testing::wait_until([&] { return testing::accepts(port); }));
    auto const scrape = [&] {
      return testing::Page{
          testing::http_get(port, "/metrics", {{"X-Prometheus-Scrape-Timeout-Seconds", "2"}}).body};
    };
    auto const violation =
        R"(australian_legal_violations_total{framework="evidence_act_1995",severity="high"})";
    auto const recorded =
        R"(compliance_violations_recorded_total{framework="evidence_act_1995",severity="high"})";
    sql("INSERT INTO compliance_violations (framework, severity, rule) VALUES ('evidence_act_1995', 'high', "
        "'x')");
    REQUIRE(scrape().value(violation) == 1);

    server.freeze();
    auto const begin = std::chrono::steady_clock::now();
    auto const frozen = scrape();
    auto const took = std::chrono::steady_clock::now() - begin;
    server.thaw();
    CHECK(took < std::chrono::seconds(2));
    CHECK(frozen.value("compliance_database_up") == 0);
    CHECK(frozen.value(violation) == 1);
    CHECK(testing::wait_until([&] { return scrape().value("compliance_database_up") == 1; }));

    sql("DELETE FROM compliance_violations");
    CHECK(testing::http_request("POST", port, "/-/reload").status == 200);
    auto const reloaded = scrape();
    CHECK(reloaded.value(violation) == 0);
    CHECK(reloaded.value(recorded) == 1);
  }
  SECTION("--once prints one page") {
    auto const page = testing::run_command({program, "--config.file=" + config, "--once"});
    CHECK_THAT(page, Catch::Matchers::Contains("\ncompliance_database_up 1\n"));
    server.stop();
    Process once({{program, "--config.file=" + config, "--once"}, log, {}, {}, {}});
    CHECK(once.wait() == 3);
    CHECK_THAT(once.output(), Catch::Matchers::Contains("\ncompliance_database_up 0\n"));
  }
  SECTION("--config.check takes the example and the demo's configuration") {
    auto const example = directory.write(
        "example.yml", testing::read_text(FLEET_SOURCE_DIR "/exporters/compliance/compliance.yml"));
    directory.write("fleet_monitor.password", "secret\n");
    CHECK_NOTHROW(testing::run_command({program, "--config.check", "--config.file=" + example}));
    std::string const demo = FLEET_SOURCE_DIR "/demo/config/compliance.yml";
    CHECK_NOTHROW(
        testing::run_command({"env", "FLEET_PORT_POSTGRES=1", "FLEET_PORT_COMPLIANCE_MONITOR=2",
                              "FLEET_PORT_PROMETHEUS=3", program, "--config.check", "--config.file=" + demo}));
  }
}

}  // namespace
}  // namespace fleet
