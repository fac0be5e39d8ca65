// ServerReader against real servers.
#include "core/redis/server/server_reader.hpp"

#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::redis {
namespace {

using testing::RedisServer;

class Reading {
 public:
  explicit Reading(Options options, ServerQuestions questions = {})
      : reader_(std::make_shared<Client>(io_.get_executor(), std::move(options)), questions) {}

  void read(std::chrono::milliseconds time = std::chrono::seconds(5)) {
    Families families;
    outcome = testing::run_on(io_, reader_.read(Deadline::after(time), families));
    text = Exposition::render(families, Format::text_0_0_4);
  }
  bool has(const std::string& line) const {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
  }
  bool mentions(const std::string& part) const { return text.find(part) != std::string::npos; }

  ServerReader::Outcome outcome;
  std::string text;

 private:
  asio::io_context io_;
  ServerReader reader_;
};

Options options_of(const RedisServer& server) {
  Options options;
  options.port = server.port();
  return options;
}

TEST_CASE("a server that is well: one connection for all readings, counted") {
  RedisServer server;
  Reading reading(options_of(server));
  reading.read();
  reading.read();
  CHECK(reading.outcome.failure == "");
  CHECK(reading.outcome.refused == "");
  CHECK(reading.has("redis_up 1"));
  CHECK(reading.has(R"(redis_exporter_last_scrape_error{err=""} 0)"));
  CHECK(reading.has("redis_exporter_scrapes_total 2"));
  CHECK(reading.has("redis_exporter_scrape_duration_seconds_count 2"));
  CHECK(reading.has("redis_connected_clients 1"));
  CHECK(reading.mentions("redis_exporter_last_scrape_ping_time_seconds "));
  // Ours, and those that asked whether the server is ready.
  CHECK(server.command({"INFO", "commandstats"}).find("cmdstat_info:calls=2,") != std::string::npos);
  CHECK_FALSE(reading.mentions("redis_client_connections"));
}

TEST_CASE("clients and latency histograms where they are asked for") {
  RedisServer server;
  server.command({"SET", "a", "b"});
  Reading reading(options_of(server), {.clients = true, .latency_histograms = true});
  reading.read();
  CHECK(reading.has(R"(redis_client_connections{kind="normal",user="default"} 1)"));
  CHECK(reading.has(R"(redis_commands_latencies_usec_count{cmd="set"} 1)"));
}

TEST_CASE("a user without rights: what it may not ask is missing and named, the rest is there") {
  RedisServer server;
  server.command({"ACL", "SETUSER", "watcher", "on", ">pw", "+info", "+ping", "+client|setname"});
  auto options = options_of(server);
  options.username = "watcher";
  options.password = config::Secret("pw");
  Reading reading(options, {.clients = true, .latency_histograms = false});
  reading.read();
  CHECK(reading.has("redis_up 1"));
  CHECK(reading.mentions("redis_memory_used_bytes "));
  CHECK(reading.has(R"(redis_db_keys{db="db15"} 0)"));
  CHECK_FALSE(reading.mentions("redis_config_maxmemory"));
  CHECK_FALSE(reading.mentions("redis_slowlog_length"));
  CHECK_THAT(reading.outcome.refused, Catch::StartsWith("CONFIG GET (NOPERM "));
  CHECK_THAT(reading.outcome.refused, Catch::EndsWith("), LATENCY LATEST, SLOWLOG, CLIENT LIST"));
}

TEST_CASE("a server that is gone, hangs, or refuses the password is down and nothing else") {
  RedisServer server({.append_only = false, .arguments = {"--requirepass", "right"}});
  auto options = options_of(server);
  options.password = config::Secret("wrong");
  Reading reading(options);
  reading.read();
  CHECK(reading.has("redis_up 0"));
  CHECK_THAT(reading.outcome.failure, Catch::StartsWith("WRONGPASS"));
  CHECK(reading.mentions("redis_exporter_last_scrape_error{err=\"WRONGPASS"));
  CHECK_FALSE(reading.mentions("redis_uptime_in_seconds"));

  server.freeze();
  auto const begin = Deadline::Clock::now();
  reading.read(std::chrono::milliseconds(200));
  CHECK(Deadline::Clock::now() - begin < std::chrono::seconds(3));
  CHECK(reading.has("redis_up 0"));
  server.thaw();
  server.stop();
  reading.read();
  CHECK(reading.has("redis_up 0"));
  CHECK(reading.has("redis_exporter_scrapes_total 3"));
}

TEST_CASE("a server that loads its data is not up yet, and says how it is") {
  RedisServer server({.append_only = true, .arguments = {}});
  // It answers between two kilobytes.
  for (int n = 0; n < 30; ++n) server.command({"SET", "key:" + std::to_string(n), std::string(2000, 'x')});
  server.command({"BGREWRITEAOF"});
  REQUIRE(testing::wait_until([&] {
    return server.command({"INFO", "persistence"}).find("aof_rewrite_in_progress:0") != std::string::npos;
  }));
  server.stop();
  server.start_loading(std::chrono::milliseconds(100));
  Reading reading(options_of(server));
  REQUIRE(testing::wait_until([&] {
    reading.read();
    return reading.outcome.failure.find("LOADING") != std::string::npos || reading.has("redis_up 1");
  }));
  CHECK(reading.has("redis_up 0"));
  CHECK(reading.has("redis_loading_dump_file 1"));
}

}  // namespace
}  // namespace fleet::redis
