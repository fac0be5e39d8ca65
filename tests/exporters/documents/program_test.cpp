// The program itself, as it is run.
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/exporters/page.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/promtool.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

const std::string program = FLEET_BIN_DIR "/document_exporter";

}  // namespace

TEST_CASE("the live page passes promtool, --once prints a page, SIGTERM ends with 0") {
  RedisServer redis;
  TemporaryDirectory directory;
  auto const config = directory.write("documents.yml", "redis:\n  address: " + redis.address() + "\n");
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  auto const now_us = std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  redis.command({"XADD", "documents:batches", "*", "event", "started", "batch_id", "b", "pipeline", "p", "size",
                 "500", "at_us", now_us});
  auto const port = free_port();
  Process process({.command = {program, "--config.file=" + config,
                               "--web.listen-address=127.0.0.1:" + std::to_string(port)},
                   .output = directory.path() / "log",
                   .environment = {},
                   .user = {},
                   .directory = {}});
  std::string page;
  REQUIRE(wait_until([&] {
    if (!accepts(port)) return false;
    page = http_get(port, "/metrics").body;
    return page.find("document_batch_size{pipeline=\"p\"} 500") != std::string::npos;
  }));
  CHECK(promtool_findings(page) == "");

  auto const once = run_command({program, "--config.file=" + config, "--once"});
  CHECK(once.find("document_batch_size{pipeline=\"p\"} 500") != std::string::npos);
  CHECK(process.stop() == 0);

  redis.stop();
  Process unmeasured({.command = {program, "--config.file=" + config, "--once"},
                      .output = directory.path() / "once",
                      .environment = {},
                      .user = {},
                      .directory = {}});
  CHECK(unmeasured.wait(20s) == 3);
}
