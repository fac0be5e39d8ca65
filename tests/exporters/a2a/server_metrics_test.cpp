#include "core/redis/reply.hpp"
#include "core/redis/server_metrics.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "core/metrics/exposition.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::redis {
namespace {

std::string page_of(const std::string& info) {
  Families families;
  add_server_metrics(info, families);
  return Exposition::render(families, Format::text_0_0_4);
}

bool has(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("INFO of a replica") {
  auto const page = page_of(
      "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\ntcp_port:6379\r\n# "
      "Replication\r\nrole:slave\r\n"
      "master_host:10.0.0.1\r\nmaster_port:6379\r\nmaster_link_status:down\r\nmaster_last_io_seconds_ago:-1\r\n"
      "master_sync_in_progress:0\r\nslave_repl_offset:14\r\nconnected_slaves:0\r\nrdb_last_bgsave_status:"
      "err\r\n");
  CHECK(has(page, "redis_up 1"));
  CHECK(has(page, R"(redis_master_link_up{master_host="10.0.0.1",master_port="6379"} 0)"));
  CHECK(has(page, R"(redis_master_last_io_seconds_ago{master_host="10.0.0.1",master_port="6379"} -1)"));
  CHECK(has(page, "redis_connected_slaves 0"));
  CHECK(has(page, "redis_rdb_last_bgsave_status 0"));
  CHECK(page.find("redis_memory_used_bytes") == std::string::npos);
  CHECK(page.find("role=\"slave\"") != std::string::npos);
}

TEST_CASE("INFO of a primary with replicas and databases") {
  auto const page = page_of(
      "redis_version:7.0.15\r\nrole:master\r\nslave0:ip=10.0.0.2,port=6379,state=online,offset=14,lag=1\r\n"
      "slave1:ip=10.0.0.3,port=6380,state=wait_bgsave,offset=0,lag=0\r\nused_memory:1024\r\nmaxmemory:0\r\n"
      "latest_fork_usec:1500\r\nkeyspace_hits:7\r\ndb0:keys=3,expires=1,avg_ttl=5\r\ndbx:keys=1\r\n");
  CHECK(has(
      page,
      R"(redis_connected_slave_lag_seconds{slave_ip="10.0.0.2",slave_port="6379",slave_state="online"} 1)"));
  CHECK(has(
      page,
      R"(redis_connected_slave_offset_bytes{slave_ip="10.0.0.3",slave_port="6380",slave_state="wait_bgsave"} 0)"));
  CHECK(has(page, "redis_memory_used_bytes 1024"));
  CHECK(has(page, "redis_latest_fork_seconds 0.0015"));
  CHECK(has(page, "redis_keyspace_hits_total 7"));
  CHECK(has(page, R"(redis_db_keys{db="db0"} 3)"));
  CHECK(has(page, R"(redis_db_keys_expiring{db="db0"} 1)"));
  CHECK(page.find("dbx") == std::string::npos);
}

TEST_CASE("what is no INFO is no Redis that is up") {
  for (auto const* text : {"", "OK", "used_memory:1\n", "redis_version:\n"}) {
    Families families;
    CHECK_THROWS_AS(add_server_metrics(text, families), ProtocolError);
    CHECK(Exposition::render(families, Format::text_0_0_4) == "");
  }
}

TEST_CASE("fields that are not as they should be have no samples") {
  auto const page = page_of("redis_version:7\n::::\n\n#\nused_memory:lots\nslave0:,,,=\n");
  CHECK(has(page, "redis_up 1"));
  CHECK(page.find("redis_memory_used_bytes") == std::string::npos);
}

/// "name{label names}" and "name type" of each redis_ family on a page.
std::pair<std::map<std::string, std::string>, std::map<std::string, std::string>> shape(
    const std::string& page) {
  std::map<std::string, std::string> types, labels;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE redis_")) {
      auto const space = line.find(' ', 7);
      types[line.substr(7, space - 7)] = line.substr(space + 1);
    } else if (line.starts_with("redis_")) {
      auto const name = line.substr(0, line.find_first_of("{ "));
      std::string names;
      auto const brace = line.find('{');
      if (brace != std::string::npos) {
        for (auto at = brace; at != std::string::npos && line[at] != '}';) {
          auto const equals = line.find('=', at);
          names += line.substr(at + 1, equals - at - 1) + ",";
          auto const close = line.find('"', equals + 2);
          at = close == std::string::npos ? close : close + 1;
        }
      }
      labels[name] = names;
    }
  }
  return {types, labels};
}

TEST_CASE("names, types and labels are redis_exporter's own") {
  if (std::system("command -v prometheus-redis-exporter >/dev/null") != 0) {
    WARN("prometheus-redis-exporter is not installed: not compared");
    return;
  }
  testing::RedisServer server({.append_only = true, .arguments = {}});
  server.command({"SET", "a", "b"});
  auto const port = testing::free_port();
  testing::Process peer(
      {.command = {"prometheus-redis-exporter", "-redis.addr", server.address(), "-ping-on-connect",
                   "-web.listen-address", "127.0.0.1:" + std::to_string(port)},
       .output = {},
       .environment = {},
       .user = {},
       .directory = {}});
  REQUIRE(testing::wait_until([&] { return testing::accepts(port); }));
  auto const theirs = shape(testing::http_get(port, "/metrics").body);
  Families families;
  add_server_metrics(server.command({"INFO"}), families);
  add_ping_time(std::chrono::milliseconds(1), families);
  auto const ours = shape(Exposition::render(families, Format::text_0_0_4));
  CHECK(ours.first.size() > 35);
  for (auto const& [name, type] : ours.first) {
    INFO(name);
    REQUIRE(theirs.first.count(name) == 1);
    CHECK(type == theirs.first.at(name));
    CHECK(ours.second.at(name) == theirs.second.at(name));
  }
}

}  // namespace
}  // namespace fleet::redis
