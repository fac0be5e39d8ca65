// The program itself, as it is run.
#include <catch2/catch.hpp>

#include "tests/exporters/redis/running_exporter.hpp"
#include "tests/servers/promtool.hpp"

namespace fleet::testing::redis_health {
namespace {

Process once(const TemporaryDirectory& directory, const std::string& config) {
  return Process({.command = {FLEET_BIN_DIR "/redis_health_exporter", "--once", "--config.file=" + config},
                  .output = directory.path() / "once",
                  .environment = {},
                  .user = {},
                  .directory = {}});
}

}  // namespace

TEST_CASE("the live page passes promtool, --once prints a page, SIGTERM ends with 0") {
  RedisServer redis;
  redis.command({"XADD", "a2a:hops", "*", "a", "b"});
  redis.command({"XGROUP", "CREATE", "a2a:hops", "g", "0"});
  auto const config = "instances:\n" + instance_line("a", redis.address(), "streams: [a2a:hops], keys: [x]") +
                      "collect: {clients: true, latency_histograms: true}\n";
  RunningExporter exporter(config);
  exporter.scrape();
  auto const page = exporter.scrape();
  CHECK(promtool_findings(page.text) == "");
  CHECK(page.at("redis_up") == 1);
  CHECK(page.types.at("redis_client_connections") == "gauge");
  CHECK(page.types.at("redis_commands_latencies_usec") == "histogram");
  CHECK(page.types.contains("redis_health_exporter_build_info"));
  CHECK(exporter.get("/").body.find("Redis") != std::string::npos);

  TemporaryDirectory directory;
  auto const file = directory.write("redis.yml", config);
  Process well = once(directory, file);
  CHECK(well.wait() == 0);
  CHECK(well.output().find("\nredis_up 1\n") != std::string::npos);
  redis.stop();
  Process down = once(directory, file);
  CHECK(down.wait() == 3);
  CHECK(down.output().find("\nredis_up 0\n") != std::string::npos);
  CHECK(exporter.process().stop() == 0);
}

}  // namespace fleet::testing::redis_health
