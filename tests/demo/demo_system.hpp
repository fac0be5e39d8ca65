// The demo as a process with its own Redis servers and PostgreSQL, and readers of what it writes there.
#pragma once

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "demo/agent_roster.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::demo::testing {

using namespace fleet::testing;
using namespace std::chrono_literals;
namespace json = boost::json;

inline constexpr std::string_view database = "legalllm_multiagent";

/// Ten consecutive ports that are free now.
inline std::uint16_t free_ports() {
  for (;;) {
    auto const first = free_port();
    bool all_free = true;
    for (std::uint16_t i = 0; i < 10; ++i)
      all_free = all_free && !accepts(static_cast<std::uint16_t>(first + i));
    if (all_free) return first;
  }
}

/// One demo with its servers, for the test cases of this file; each clears its faults.
class System {
 public:
  System() : coordinator({true, {}}), queue({true, {}}) {
    postgres.load_demo_schema();
    start();
  }

  static System& instance() {
    static System system;
    return system;
  }

  void start() {
    Launch launch;
    launch.command = {FLEET_BIN_DIR "/legalllm_demo",
                      "--redis-coordinator=" + coordinator.address(),
                      "--redis-queue=" + queue.address(),
                      "--postgres=" + postgres.address(),
                      "--interface.listen=" + local(interface_port),
                      "--compliance.listen=" + local(compliance_port),
                      "--control.listen=" + local(control_port),
                      "--agents.base-port=" + std::to_string(agents_port),
                      "--batch-size=500",
                      "--batch-every=1s"};
    launch.output = directory.path() / "demo.log";
    demo = std::make_unique<Process>(launch);
  }

  static std::string local(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }
  HttpAnswer fault(const std::string& name, const std::string& value = "") {
    return http_request("POST", control_port, "/fault/" + name + (value.empty() ? "" : "?value=" + value));
  }
  void clear() { REQUIRE(http_request("POST", control_port, "/clear").status == 200); }
  void require_ready() {
    bool const came_up = wait_until([&] { return ready(); }, 20s);
    INFO(demo->output());
    REQUIRE(came_up);
  }
  bool ready() {
    try {
      return accepts(control_port) && http_get(control_port, "/-/ready").status == 200;
    } catch (const std::exception&) {
      return false;  // it is only coming up
    }
  }
  std::uint16_t agent_port(std::string_view name) const {
    return static_cast<std::uint16_t>(agents_port + fleet::demo::agent_index(name));
  }
  std::string sql(const std::string& statement) { return postgres.value(statement, std::string(database)); }
  /// The newest records of a stream, one field or value a line.
  std::string newest(RedisServer& redis, const std::string& stream, int count) {
    return redis.command({"XREVRANGE", stream, "+", "-", "COUNT", std::to_string(count)});
  }
  std::string length(const std::string& stream) { return coordinator.command({"XLEN", stream}); }
  json::object dashboard() {
    return json::parse(http_get(compliance_port, "/api/compliance/dashboard").body).as_object();
  }

  TemporaryDirectory directory;
  RedisServer coordinator, queue;
  PostgresServer postgres;
  std::uint16_t interface_port = free_port(), compliance_port = free_port(), control_port = free_port(),
                agents_port = free_ports();
  std::unique_ptr<Process> demo;
};

/// Field -> value of each record in a reply of XRANGE, whose lines are an id, then names and values.
inline std::vector<std::map<std::string, std::string>> records(const std::string& lines,
                                                               const std::string& first_field) {
  std::vector<std::map<std::string, std::string>> list;
  std::istringstream in(lines);
  std::string id, name, value;
  bool first = true;
  while (first || !name.empty()) {
    // An id looks like "1793692800250-0" and is followed by the first field.
    if (first && !std::getline(in, id)) break;
    first = false;
    std::map<std::string, std::string> record;
    while (std::getline(in, name)) {
      if (!record.empty() && name.find('-') != std::string::npos &&
          name.find_first_not_of("0123456789-") == std::string::npos) {
        break;  // the next record's id
      }
      if (!std::getline(in, value)) break;
      record[name] = value;
    }
    REQUIRE(record.contains(first_field));
    list.push_back(std::move(record));
    if (!in) break;
  }
  return list;
}

inline std::vector<std::map<std::string, std::string>> newest_hops(System& system, int count) {
  return records(system.newest(system.coordinator, "a2a:hops", count), "hop_id");
}

inline double milliseconds(std::map<std::string, std::string>& hop, const char* from, const char* to) {
  return static_cast<double>(std::stoll(hop[to]) - std::stoll(hop[from])) / 1000.0;
}

inline std::size_t count_events(System& system, const std::string& event) {
  std::size_t count = 0;
  for (auto& record : records(system.newest(system.queue, "documents:batches", 100), "event")) {
    count += record["event"] == event ? 1 : 0;
  }
  return count;
}

}  // namespace fleet::demo::testing
