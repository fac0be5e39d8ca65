// redis_exporter beside ours, on the same servers: a primary with load and a replica, the replica, a node of a
// cluster, a sentinel. Every series that it has we have, under the same name, type, labels, and, where it
// stands still, value.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/exporters/redis/running_exporter.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing::redis_health {
namespace {

/// Of the exporter's own process and its language.
bool other_business(const std::string& name) {
  return name.starts_with("go_") || name.starts_with("process_") || name.starts_with("promhttp_") ||
         name == "redis_exporter_build_info";
}

/// What both exporters' own connections and scrapes change, or time does.
bool moves(const std::string& name) {
  for (std::string_view const prefix : {"redis_exporter_",
                                        "redis_cpu_",
                                        "redis_memory_used_",
                                        "redis_allocator_",
                                        "redis_mem_",
                                        "redis_net_",
                                        "redis_commands_",
                                        "redis_latency_percentiles_",
                                        "redis_total_",
                                        "redis_client_recent_max_",
                                        "redis_connections_received_total",
                                        "redis_connected_clients",
                                        "redis_uptime_in_seconds",
                                        "redis_expired_stale_percentage",
                                        "redis_errors_total",
                                        "redis_connected_slave_",
                                        "redis_slave_repl_offset",
                                        "redis_master_repl_offset",
                                        "redis_master_last_io",
                                        "redis_repl_backlog_history_bytes",
                                        "redis_start_time_seconds",
                                        "redis_tracking_clients",
                                        "redis_stream_group_consumer_idle_seconds",
                                        "redis_number_of_cached_scripts",
                                        "redis_db_avg_ttl_seconds",
                                        "redis_cluster_messages_",
                                        "redis_pubsub_channels",
                                        "redis_slowlog_"}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

/// Sample names of a family: a summary has three.
std::set<std::string> series_of(const SamplePage& page, const std::string& family) {
  auto all = page.series_of(family);
  for (auto const* part : {"_sum", "_count"}) all.merge(page.series_of(family + part));
  return all;
}

/// Commands that only one of them has sent so far.
bool is_own_command(const std::string& series) {
  for (auto const* command : {"\"slowlog|", "\"info\"", "\"latency|", "\"ping\"", "\"config|get\"",
                              "\"client|setname\"", "\"select\"", "\"cluster|info\"", "\"sentinel|"}) {
    if (series.find(command) != std::string::npos) return true;
  }
  return false;
}

/// Compares the pages; returns how many series were the same.
std::size_t compare(const SamplePage& theirs, const SamplePage& ours) {
  std::size_t same = 0;
  for (auto const& [family, type] : theirs.types) {
    if (other_business(family)) continue;
    INFO(family);
    REQUIRE(ours.types.contains(family));
    CHECK(ours.types.at(family) == type);
    auto const got = series_of(ours, family);
    for (auto const& series : series_of(theirs, family)) {
      if (is_own_command(series)) continue;
      INFO(series);
      bool const there = got.contains(series);
      CHECK(there);
      if (!there) continue;
      ++same;
      if (!moves(family)) CHECK(ours.at(series) == Approx(theirs.at(series)));
    }
  }
  return same;
}

void load(const RedisServer& server) {
  server.command({"CONFIG", "SET", "latency-monitor-threshold", "10"});
  server.command({"SET", "number", "41.5"});
  server.command({"SET", "word", "x", "EX", "1000"});
  server.command({"RPUSH", "document_processing_queue", "a", "b", "c"});
  server.command({"HSET", "hash", "a", "1", "b", "2"});
  server.command({"SADD", "set", "a"});
  server.command({"ZADD", "sorted", "1", "a"});
  server.command({"PFADD", "visitors", "a", "b", "c", "d"});
  for (int n = 0; n < 20; ++n) server.command({"XADD", "a2a:hops", "*", "hop_id", "x"});
  server.command({"XGROUP", "CREATE", "a2a:hops", "readers", "0"});
  server.command({"XREADGROUP", "GROUP", "readers", "one", "COUNT", "5", "STREAMS", "a2a:hops", ">"});
  server.command({"DEBUG", "SLEEP", "0.03"});
  CHECK_THROWS(server.command({"LPUSH", "hash", "x"}));
}

RedisOptions with(std::vector<std::string> arguments) {
  return {.append_only = false, .arguments = std::move(arguments)};
}

/// Both exporters' page of a server, each asked twice: what the first scrape does to the server is on the
/// second page.
std::size_t compare_on(const RedisServer& server) {
  Peer const peer(server.address());
  RunningExporter const exporter("instances:\n" + instance_line("only", server.address()));
  peer.scrape();
  exporter.scrape();
  auto const theirs = peer.scrape();
  auto const ours = exporter.scrape();
  return compare(theirs, ours);
}

}  // namespace

TEST_CASE("redis_exporter's series, all of them") {
  if (!Peer::installed()) {
    WARN("prometheus-redis-exporter is not installed: not compared");
    return;
  }
  RedisServer primary({.append_only = true, .arguments = {}});
  load(primary);

  SECTION("of a primary under load, and of its replica") {
    RedisServer const replica(with({"--replicaof", "127.0.0.1 " + std::to_string(primary.port())}));
    REQUIRE(wait_until([&] {
      return replica.command({"INFO", "replication"}).find("master_link_status:up") != std::string::npos;
    }));
    REQUIRE(wait_until([&] {
      return primary.command({"INFO", "replication"}).find("state=online") != std::string::npos;
    }));
    CHECK(compare_on(primary) > 200);
    CHECK(compare_on(replica) > 180);
  }
  SECTION("of a node of a cluster") {
    RedisServer const node(with({"--cluster-enabled", "yes"}));
    node.command({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
    REQUIRE(wait_until([&] {
      return node.command({"CLUSTER", "INFO"}).find("cluster_state:ok") != std::string::npos;
    }));
    CHECK(compare_on(node) > 170);
  }
  SECTION("of a sentinel") {
    TemporaryDirectory directory;
    auto const port = free_port();
    auto const config = directory.write(
        "sentinel.conf", "port " + std::to_string(port) + "\ndir " + directory.path().string() +
                             "\nsentinel monitor cases 127.0.0.1 " + std::to_string(primary.port()) + " 1\n");
    Process const sentinel({.command = {"redis-server", config, "--sentinel"},
                            .output = directory.path() / "log",
                            .environment = {},
                            .user = {},
                            .directory = {}});
    REQUIRE(wait_until([&] { return accepts(port); }));
    auto const address = "127.0.0.1:" + std::to_string(port);
    Peer const peer(address);
    RunningExporter const exporter("instances:\n" + instance_line("only", address));
    REQUIRE(wait_until([&] { return peer.scrape().value("redis_sentinel_masters") == 1; }));
    auto const theirs = peer.scrape();
    auto const ours = exporter.scrape();
    CHECK(compare(theirs, ours) > 40);
    CHECK(ours.series_of("redis_sentinel_master_ok_sentinels").size() == 1);
    CHECK(exporter.log().find("refuses") == std::string::npos);
  }
  SECTION("of keys and streams, asked with its own parameters of /scrape") {
    Peer const peer(primary.address());
    RunningExporter const exporter("instances:\n" + instance_line("only", primary.address()));
    auto const path =
        "/scrape?target=redis://" + primary.address() +
        "&check-keys=*&check-single-keys=missing,db1%3Dother&check-streams=a2a:*&count-keys=db0%3Ds*";
    auto const theirs = peer.scrape(path);
    auto const ours = exporter.scrape(path);
    // Contents of keys are not shown unless the configuration says so.
    auto shown = theirs;
    REQUIRE(shown.types.erase("redis_key_value_as_string") == 1);
    CHECK(compare(shown, ours) > 200);
    CHECK(ours.at("redis_key_size{db=\"db0\",key=\"visitors\"}") == 4);
    CHECK(ours.at("redis_key_value{db=\"db0\",key=\"number\"}") == 41.5);
    CHECK(ours.at("redis_stream_group_lag{db=\"db0\",group=\"readers\",stream=\"a2a:hops\"}") == 15);
  }
}

}  // namespace fleet::testing::redis_health
