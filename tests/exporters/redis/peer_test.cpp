// redis_exporter beside ours, on the same servers: a primary with load, its replica and a sentinel over a
// failover, a node of a cluster. Every series that it has we have, under the same name, type and labels; what
// stands still has its value, and a counter of theirs lies between two readings of ours.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/exporters/redis/running_exporter.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing::redis_health {
namespace {

/// Of the exporter's own process and its language.
bool other_business(const std::string& name) {
  return name.starts_with("go_") || name.starts_with("process_") || name.starts_with("promhttp_") ||
         name == "redis_exporter_build_info";
}

/// What goes up and down within moments, by the exporters' own connections or by itself.
bool moves(const std::string& name) {
  for (std::string_view const prefix :
       {"redis_memory_used_", "redis_allocator_", "redis_mem_", "redis_client_recent_max_",
        "redis_connected_clients", "redis_expired_stale_percentage", "redis_connected_slave_lag",
        "redis_master_last_io", "redis_start_time_seconds", "redis_stream_group_consumer_idle_seconds",
        "redis_db_avg_ttl_seconds", "redis_slowlog_", "redis_aof_buffer_length", "redis_aof_pending_bio_fsync",
        "redis_last_slow_"}) {
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

/// Whether theirs, which was read between our two readings, can be true if ours are.
bool agrees(double before, double theirs, double after, bool moves) {
  auto const least = std::min(before, after), most = std::max(before, after);
  // What goes up and down has its size compared, which a wrong unit would change.
  if (moves) return least / 2 - 3 <= theirs && theirs <= most * 2 + 3;
  return (least <= theirs && theirs <= most) || theirs == Approx(after);
}

/// One page of theirs between two of ours.
struct Pages {
  SamplePage before, theirs, after;
};

void compare_series(const std::string& series, const std::string& family, const Pages& pages) {
  INFO(series);
  // Each one's own scrapes; and a latency's quantile may be anything.
  if (family.starts_with("redis_exporter_") || series.find("quantile=") != std::string::npos) return;
  auto const theirs = pages.theirs.at(series), after = pages.after.at(series);
  auto const before = pages.before.value(series).value_or(0);
  INFO(before << " <= " << theirs << " <= " << after);
  CHECK(agrees(before, theirs, after, moves(family)));
}

/// Returns how many series were compared.
std::size_t compare(const Pages& pages) {
  std::size_t compared = 0;
  for (auto const& [family, type] : pages.theirs.types) {
    if (other_business(family)) continue;
    INFO(family);
    REQUIRE(pages.after.types.contains(family));
    CHECK(pages.after.types.at(family) == type);
    auto const got = series_of(pages.after, family);
    for (auto const& series : series_of(pages.theirs, family)) {
      INFO(series);
      bool const there = got.contains(series);
      CHECK(there);
      if (!there) continue;
      ++compared;
      compare_series(series, family, pages);
    }
  }
  return compared;
}

/// Both exporters beside one server.
class Pair {
 public:
  explicit Pair(const std::string& address)
      : peer_(address), exporter_("instances:\n" + instance_line("only", address)) {
    // What a first scrape does to the server is on the second page.
    scrape();
  }
  Pages scrape(const std::string& path = "/metrics") const {
    auto before = exporter_.scrape(path);
    auto theirs = peer_.scrape(path);
    auto after = exporter_.scrape(path);
    return {std::move(before), std::move(theirs), std::move(after)};
  }
  std::string log() const { return exporter_.log(); }

 private:
  Peer peer_;
  RunningExporter exporter_;
};

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

std::size_t compare_on(const RedisServer& server) { return compare(Pair(server.address()).scrape()); }

void await_info(const RedisServer& server, const std::string& text) {
  INFO(text);
  REQUIRE(wait_until(
      [&] {
        try {
          return server.command({"INFO", "replication"}).find(text) != std::string::npos;
        } catch (const std::exception&) {
          return false;  // who makes a server a replica closes the connections of its clients (CLIENT KILL TYPE
                         // normal)
        }
      },
      std::chrono::seconds(30)));
}

/// A sentinel that watches one primary as "cases", alone.
class Sentinel {
 public:
  explicit Sentinel(const RedisServer& primary)
      : config_(directory_.write("sentinel.conf",
                                 "port " + std::to_string(port_) + "\ndir " + directory_.path().string() +
                                     "\nsentinel monitor cases 127.0.0.1 " + std::to_string(primary.port()) +
                                     " 1\nsentinel down-after-milliseconds cases 1000\n")),
        process_({.command = {"redis-server", config_, "--sentinel"},
                  .output = directory_.path() / "log",
                  .environment = {},
                  .user = {},
                  .directory = {}}) {
    REQUIRE(wait_until([&] { return accepts(port_); }));
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::string config_;
  Process process_;
};

/// Waits until the sentinel's page has a series.
void await_series(const Pair& pair, const std::string& series) {
  INFO(series);
  REQUIRE(wait_until([&] { return pair.scrape().after.value(series).has_value(); }, std::chrono::seconds(30)));
}

}  // namespace

TEST_CASE("redis_exporter's series, all of them") {
  if (!Peer::installed()) {
    WARN("prometheus-redis-exporter is not installed: not compared");
    return;
  }
  RedisServer primary({.append_only = true, .arguments = {}});
  load(primary);

  SECTION("of a primary under load, of its replica and a sentinel, before and after a failover") {
    RedisServer const replica(with({"--replicaof", "127.0.0.1 " + std::to_string(primary.port())}));
    await_info(replica, "master_link_status:up");
    await_info(primary, "state=online");
    Process const writer({.command = {"redis-cli", "-p", std::to_string(primary.port()), "-r", "-1", "-i",
                                      "0.01", "XADD", "load", "*", "a", "b"},
                          .output = {},
                          .environment = {},
                          .user = {},
                          .directory = {}});
    Sentinel const sentinel(primary);
    Pair const of_primary(primary.address()), of_replica(replica.address()), of_sentinel(sentinel.address());
    await_series(of_sentinel, "redis_sentinel_master_slaves{master_address=\"" + primary.address() +
                                  "\",master_name=\"cases\"}");
    CHECK(compare(of_primary.scrape()) > 200);
    CHECK(compare(of_replica.scrape()) > 180);
    auto const quiet = of_sentinel.scrape();
    CHECK(compare(quiet) > 40);
    CHECK(quiet.after.series_of("redis_sentinel_master_ok_sentinels").size() == 1);
    CHECK(of_sentinel.log().find("refuses") == std::string::npos);

    primary.kill9();
    await_info(replica, "role:master");
    await_series(of_sentinel, "redis_sentinel_master_slaves{master_address=\"" + replica.address() +
                                  "\",master_name=\"cases\"}");
    auto const gone = of_primary.scrape();
    CHECK(gone.theirs.at("redis_up") == 0);
    CHECK(gone.after.at("redis_up") == 0);
    CHECK(compare(of_replica.scrape()) > 180);
    CHECK(compare(of_sentinel.scrape()) > 40);

    primary.start();  // the sentinel makes it a replica
    await_info(primary, "master_link_status:up");
    await_info(replica, "state=online");
    CHECK(compare(of_primary.scrape()) > 180);
    CHECK(compare(of_replica.scrape()) > 180);
  }
  SECTION("of a node of a cluster") {
    // Of its own choice the second port is the first and 10,000: where clients' connections begin.
    RedisServer const node(with({"--cluster-enabled", "yes", "--cluster-port", std::to_string(free_port())}));
    node.command({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
    REQUIRE(wait_until([&] {
      return node.command({"CLUSTER", "INFO"}).find("cluster_state:ok") != std::string::npos;
    }));
    CHECK(compare_on(node) > 170);
  }
  SECTION("of keys and streams, asked with its own parameters of /scrape") {
    Pair const pair(primary.address());
    auto pages = pair.scrape("/scrape?target=redis://" + primary.address() +
                             "&check-keys=*&check-single-keys=missing,db1%3Dother&check-streams=a2a:*"
                             "&count-keys=db0%3Ds*");
    // Contents of keys are not shown unless the configuration says so.
    REQUIRE(pages.theirs.types.erase("redis_key_value_as_string") == 1);
    CHECK(compare(pages) > 200);
    auto const& ours = pages.after;
    CHECK(ours.at("redis_key_size{db=\"db0\",key=\"visitors\"}") == 4);
    CHECK(ours.at("redis_key_value{db=\"db0\",key=\"number\"}") == 41.5);
    CHECK(ours.at("redis_stream_group_lag{db=\"db0\",group=\"readers\",stream=\"a2a:hops\"}") == 15);
  }
}

}  // namespace fleet::testing::redis_health
