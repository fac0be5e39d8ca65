// /scrape: one server's page, of instances and of what the configuration allows.
#include <catch2/catch.hpp>

#include "tests/exporters/redis/running_exporter.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing::redis_health {
namespace {

using namespace std::string_literals;

int connections(const RedisServer& server) {
  auto const info = server.command({"INFO", "stats"});
  std::string const field = "total_connections_received:";
  return std::stoi(info.substr(info.find(field) + field.size()));
}

}  // namespace

TEST_CASE("/scrape of instances, by name and by address, over one connection") {
  RedisServer coordinator, queue;
  queue.command({"RPUSH", "q", "a"});
  RunningExporter const exporter("instances:\n" + instance_line("coordinator", coordinator.address()) +
                                 instance_line("queue", queue.address(), "keys: [q]"));
  auto const both = exporter.scrape();
  CHECK(both.at("redis_up{addr=\"" + coordinator.address() + "\"}") == 1);
  CHECK(both.at("redis_up{addr=\"" + queue.address() + "\"}") == 1);
  CHECK(both.at("redis_key_size{addr=\"" + queue.address() + "\",db=\"db0\",key=\"q\"}") == 1);
  auto const before = connections(queue);
  for (auto const& target : {"queue"s, queue.address(), "redis://" + queue.address()}) {
    INFO(target);
    auto const page = exporter.scrape("/scrape?target=" + target);
    CHECK(page.at("redis_up") == 1);
    CHECK(page.at("redis_key_size{db=\"db0\",key=\"q\"}") == 1);
    CHECK_FALSE(page.types.contains("process_cpu_seconds_total"));
  }
  CHECK(exporter.scrape("/scrape?target=queue&check-keys=p").at("redis_key_size{db=\"db0\",key=\"p\"}") == 0);
  CHECK(connections(queue) == before + 2);  // one for all of these pages, and this question's own

  auto const refused = exporter.get("/scrape?target=127.0.0.1:1");
  CHECK(refused.status == 400);
  CHECK(refused.body ==
        "'127.0.0.1:1' is no instance of the configuration, and its `targets` do not allow it\n");
  CHECK(exporter.get("/scrape").body == "'target' parameter must be specified\n");
  CHECK(exporter.get("/scrape?target=http://x").status == 400);
  CHECK(exporter.get("/scrape?target=redis://u:hush@x:1").body.find("hush") == std::string::npos);
  CHECK(exporter.get("/scrape?target=queue&check-keys=x%3Dy").status == 400);
  auto const page = exporter.scrape();
  CHECK(page.at("redis_target_scrape_request_errors_total") == 5);
  CHECK(page.at(R"(redis_health_exporter_scrapes_total{code="400"})") == 5);
}

TEST_CASE("/scrape of servers that are not listed, with the rules' credentials") {
  RedisServer open, locked({.append_only = false, .arguments = {"--requirepass", "pw"}});
  TemporaryDirectory directory;
  auto const passwords = directory.write("p.json", "{\"redis://" + locked.address() + "\": \"pw\"}");
  RunningExporter const exporter("targets:\n  allow: '127\\.0\\.0\\.1:(" + std::to_string(open.port()) + "|" +
                                 std::to_string(locked.port()) + "|1)'\n  passwords: " + passwords +
                                 "\n  kept_connections: 1\n");
  for (int n = 0; n < 2; ++n) {
    CHECK(exporter.scrape("/scrape?target=" + open.address()).at("redis_up") == 1);
    CHECK(exporter.scrape("/scrape?target=redis://" + locked.address()).at("redis_up") == 1);
  }
  CHECK(exporter.scrape("/scrape?target=127.0.0.1:1").at("redis_up") == 0);
  CHECK(exporter.get("/scrape?target=127.0.0.1:2").status == 400);
  CHECK_FALSE(exporter.scrape().types.contains("redis_up"));
}

TEST_CASE("a target that hangs is redis_up 0 within the scraper's time, and others are not held up") {
  RedisServer hung, well;
  RunningExporter const exporter("instances:\n" + instance_line("hung", hung.address(), "keys: [q]") +
                                 instance_line("well", well.address()));
  CHECK(exporter.scrape("/scrape?target=hung").at("redis_up") == 1);
  hung.freeze();
  using namespace std::chrono_literals;
  CHECK(exporter.scrape("/scrape?target=hung", 2s).at("redis_up") == 0);
  CHECK(exporter.scrape("/scrape?target=well", 2s).at("redis_up") == 1);
  auto const page = exporter.scrape("/metrics", 2s);
  CHECK(page.at("redis_up{addr=\"" + hung.address() + "\"}") == 0);
  CHECK(page.at("redis_up{addr=\"" + well.address() + "\"}") == 1);
  hung.thaw();
  CHECK(exporter.scrape("/scrape?target=hung").at("redis_up") == 1);
}

TEST_CASE("after a reload /scrape is of the new configuration") {
  RedisServer first, second;
  RunningExporter exporter("instances:\n" + instance_line("a", first.address()));
  exporter.reload("instances:\n" + instance_line("b", second.address()));
  CHECK(exporter.get("/scrape?target=a").status == 400);
  CHECK(exporter.scrape("/scrape?target=b").at("redis_up") == 1);
}

// Those of redis_exporter's own dashboards and mixin (contrib/ of its repository, 2026); the mixin's
// fragmentation ratio is recorded from two of them.
TEST_CASE("what redis_exporter's dashboards and alerts ask for is there") {
  RedisServer const primary;
  primary.command({"SET", "a", "b"});
  RedisServer const replica(
      {.append_only = false, .arguments = {"--replicaof", "127.0.0.1 " + std::to_string(primary.port())}});
  REQUIRE(
      wait_until([&] { return replica.command({"INFO"}).find("master_link_status:up") != std::string::npos; }));
  RunningExporter const exporter("instances:\n" + instance_line("a", primary.address()) +
                                 instance_line("b", replica.address()));
  auto const page = exporter.scrape();
  for (auto const* name : {"redis_blocked_clients",
                           "redis_commands_duration_seconds_total",
                           "redis_commands_processed_total",
                           "redis_commands_total",
                           "redis_connected_clients",
                           "redis_connected_slaves",
                           "redis_db_keys",
                           "redis_db_keys_expiring",
                           "redis_evicted_keys_total",
                           "redis_expired_keys_total",
                           "redis_keyspace_hits_total",
                           "redis_keyspace_misses_total",
                           "redis_master_last_io_seconds_ago",
                           "redis_memory_max_bytes",
                           "redis_memory_used_bytes",
                           "redis_memory_used_rss_bytes",
                           "redis_net_input_bytes_total",
                           "redis_net_output_bytes_total",
                           "redis_total_system_memory_bytes",
                           "redis_up",
                           "redis_uptime_in_seconds"}) {
    INFO(name);
    CHECK_FALSE(page.series_of(name).empty());
  }
}

}  // namespace fleet::testing::redis_health
