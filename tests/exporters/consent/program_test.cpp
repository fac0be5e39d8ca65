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

const std::string program = std::string(FLEET_BIN_DIR) + "/consent_exporter";

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++count;
  return count;
}

TEST_CASE("consent_exporter from start to end") {
  testing::PostgresServer server;
  server.load_demo_schema();
  testing::TemporaryDirectory directory;
  auto const config = directory.write(
      "consent.yml",
      "database: {address: '" + server.address() +
          "', user: fleet_monitor, database: legalllm_multiagent}\nconsent_types: [court_filing]\n");
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
    CHECK_THAT(good.body, Catch::Matchers::Contains("\nconsent_processing_after_withdrawal{"));
    auto const page = directory.write("page", good.body);
    CHECK_NOTHROW(testing::run_command({"sh", "-c", "promtool check metrics < " + page}));

    server.run_sql("ALTER TABLE processing_events RENAME TO uses", "legalllm_multiagent");
    for (int i = 0; i < 3; ++i) CHECK(testing::http_get(port, "/metrics").status == 200);
    CHECK(times(testing::read_text(log),
                "query `processing`: relation \\\"processing_events\\\" does not exist") == 1);
    CHECK(times(testing::read_text(log), "level=warn") == 1);
    server.run_sql("ALTER TABLE uses RENAME TO processing_events", "legalllm_multiagent");
    CHECK(testing::http_get(port, "/metrics").status == 200);
    exporter.signal(SIGTERM);
    CHECK(exporter.wait() == 0);
  }
  SECTION("--once prints one page") {
    auto const page = testing::run_command({program, "--config.file=" + config, "--once"});
    CHECK_THAT(page, Catch::Matchers::Contains("\nconsent_database_up 1\n"));
    server.stop();
    Process once({{program, "--config.file=" + config, "--once"}, log, {}, {}, {}});
    CHECK(once.wait() == 3);
    CHECK_THAT(once.output(), Catch::Matchers::Contains("\nconsent_database_up 0\n"));
  }
  SECTION("--config.check takes the example and the demo's configuration") {
    auto const example =
        directory.write("example.yml", testing::read_text(FLEET_SOURCE_DIR "/exporters/consent/consent.yml"));
    directory.write("fleet_monitor.password", "secret\n");
    CHECK_NOTHROW(testing::run_command({program, "--config.check", "--config.file=" + example}));
    std::string const demo = FLEET_SOURCE_DIR "/demo/config/consent.yml";
    CHECK_NOTHROW(testing::run_command(
        {"env", "FLEET_PORT_POSTGRES=1", program, "--config.check", "--config.file=" + demo}));
  }
}

}  // namespace
}  // namespace fleet
