// Keys of the configuration: of every type, in several databases, and those that cannot be read.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/exporters/redis/running_exporter.hpp"

namespace fleet::testing::redis_health {
namespace {

std::string size_of(const std::string& key, const std::string& database = "db0") {
  return "redis_key_size{db=\"" + database + "\",key=\"" + key + "\"}";
}

/// The words of the ACL command in docs/redis.md, with that password.
std::vector<std::string> documented_rights(const std::string& password) {
  auto const text = read_text(FLEET_SOURCE_DIR "/docs/redis.md");
  auto const begin = text.find("ACL SETUSER fleet_monitor");
  REQUIRE(begin != std::string::npos);
  std::istringstream line(text.substr(begin, text.find("```", begin) - begin));
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word == ">..." ? ">" + password : word);
  return words;
}

}  // namespace

TEST_CASE("a key of another type fails alone, and the server stays up") {
  RedisServer redis;
  redis.command({"SET", "a2a:hops", "no stream"});
  redis.command({"RPUSH", "queue", "a", "b"});
  RunningExporter const exporter("instances:\n" + instance_line("coordinator", redis.address(),
                                                                "streams: [a2a:hops, none], keys: [queue]"));
  auto const page = exporter.scrape();
  CHECK(page.at("redis_up") == 1);
  CHECK(page.at(size_of("queue")) == 2);
  CHECK(page.at(R"(redis_stream_length{db="db0",stream="none"})") == 0);
  CHECK(page.at("redis_health_exporter_unreadable_keys") == 1);
  CHECK_FALSE(page.value(R"(redis_stream_length{db="db0",stream="a2a:hops"})"));
  CHECK_THAT(exporter.log(), Catch::Contains("db0 a2a:hops (WRONGTYPE"));
  exporter.scrape();
  auto const log = exporter.log();
  CHECK(log.find("WRONGTYPE") == log.rfind("WRONGTYPE"));  // said once
  redis.command({"DEL", "a2a:hops"});
  CHECK(exporter.scrape().at("redis_health_exporter_unreadable_keys") == 0);
  CHECK_THAT(exporter.log(), Catch::Contains("keys can be read again"));
}

TEST_CASE("patterns, databases, counts and their limits") {
  RedisServer redis;
  for (int n = 0; n < 12; ++n) redis.command({"SET", "session:" + std::to_string(n), "x"});
  redis.command({"COPY", "session:1", "other", "DB", "3"});
  redis.command({"MOVE", "session:2", "3"});
  RunningExporter exporter(
      "instances:\n" +
      instance_line("a", redis.address(),
                    "keys: ['db3=*', 'session:1?', other, 'session:10'], count_keys: ['session:*', 'db3=o*']"));
  auto const page = exporter.scrape();
  CHECK(page.at(size_of("other", "db3")) == 1);
  CHECK(page.at(size_of("session:2", "db3")) == 1);
  CHECK(page.at(size_of("session:10")) == 1);
  CHECK(page.at(size_of("session:11")) == 1);
  CHECK(page.at(size_of("other")) == 0);
  CHECK(page.at(R"(redis_keys_count{db="db0",key="session:*"})") == 11);
  CHECK(page.at(R"(redis_keys_count{db="db3",key="o*"})") == 1);
  CHECK_FALSE(page.types.contains("redis_key_value_as_string"));
  // The connection is back in its own database.
  CHECK(redis.command({"CLIENT", "LIST"}).find("name=redis_health_exporter age") != std::string::npos);
  CHECK(redis.command({"CLIENT", "LIST"}).find("db=3") == std::string::npos);

  exporter.reload("instances:\n" + instance_line("a", redis.address(), "keys: ['session:*', other]") +
                  "limits: {keys_per_pattern: 5}\ncollect: {text_values: true}\n");
  auto const limited = exporter.scrape();
  CHECK(limited.series_of("redis_key_size").size() == 6);
  CHECK(limited.at("redis_health_exporter_unreadable_keys") == 1);
  CHECK_THAT(exporter.log(), Catch::Contains("db0 session:* (more than 5 keys match)"));
  CHECK(limited.series_of("redis_key_value_as_string").size() == 5);

  for (int n = 0; n < 4000; ++n) redis.command({"SET", "noise:" + std::to_string(n), "x"});
  exporter.reload("instances:\n" + instance_line("a", redis.address(), "count_keys: ['session:*']") +
                  "limits: {scanned_keys: 1000}\n");
  auto const unscanned = exporter.scrape();
  CHECK_FALSE(unscanned.types.contains("redis_keys_count"));
  CHECK(unscanned.at("redis_health_exporter_unreadable_keys") == 1);
}

TEST_CASE("the rights that the documentation lists are enough for everything") {
  RedisServer redis;
  redis.command({"SET", "number", "17"});
  redis.command({"RPUSH", "list", "a"});
  redis.command({"SADD", "set", "a"});
  redis.command({"ZADD", "sorted", "1", "a"});
  redis.command({"HSET", "hash", "a", "1"});
  redis.command({"PFADD", "visitors", "a"});
  redis.command({"COPY", "number", "elsewhere", "DB", "3"});
  for (int n = 0; n < 4; ++n) redis.command({"XADD", "stream", "*", "a", "b"});
  redis.command({"XGROUP", "CREATE", "stream", "g", "0"});
  redis.command({"XREADGROUP", "GROUP", "g", "one", "COUNT", "1", "STREAMS", "stream", ">"});
  redis.command(documented_rights("pw"));
  TemporaryDirectory directory;
  RunningExporter const exporter(
      "instances:\n" +
      instance_line("a", redis.address(),
                    "username: fleet_monitor, password_file: " + directory.write("password", "pw") +
                        ", keys: ['*', 'db3=elsewhere'], streams: [stream], count_keys: ['*']") +
      "collect: {clients: true, latency_histograms: true}\n");
  auto const page = exporter.scrape();
  CHECK(page.at("redis_up") == 1);
  CHECK(page.at("redis_health_exporter_unreadable_keys") == 0);
  CHECK(page.series_of("redis_key_size").size() == 8);
  CHECK(page.at(R"(redis_stream_group_lag{db="db0",group="g",stream="stream"})") == 3);
  CHECK(page.at(R"(redis_client_connections{kind="normal",user="fleet_monitor"})") == 1);
  CHECK(page.types.contains("redis_commands_latencies_usec"));
  CHECK_THAT(exporter.log(), !Catch::Contains("refuses"));
}

TEST_CASE("a user who may not read keys, and a server that dies") {
  RedisServer redis;
  redis.command({"SET", "secret", "17"});
  redis.command({"SET", "open", "5"});
  redis.command(
      {"ACL", "SETUSER", "watcher", "on", ">pw", "~open", "+info", "+ping", "+type", "+strlen", "+getrange"});
  TemporaryDirectory directory;
  auto const file = directory.write("password", "pw\n");
  RunningExporter const exporter("instances:\n" + instance_line("a", redis.address(),
                                                                "username: watcher, password_file: " + file +
                                                                    ", keys: [secret, open, 'x*']"));
  auto const page = exporter.scrape();
  CHECK(page.at("redis_up") == 1);
  CHECK(page.at(R"(redis_key_value{db="db0",key="open"})") == 5);
  CHECK_FALSE(page.value(size_of("secret")));
  CHECK(page.at("redis_health_exporter_unreadable_keys") == 2);
  CHECK_THAT(exporter.log(), Catch::Contains("redis refuses commands"));
  CHECK_THAT(exporter.log(), Catch::Contains("and 1 more"));
  redis.kill9();
  auto const down = exporter.scrape();
  CHECK(down.at("redis_up") == 0);
  CHECK(down.at("redis_health_exporter_unreadable_keys") == 3);
  CHECK(down.at(R"(redis_health_exporter_collector_success{collector="keys",target="a"})") == 1);
}

TEST_CASE("a key that is of another type than at the last scrape, gone, or back") {
  RedisServer redis;
  redis.command({"RPUSH", "queue", "a", "b"});
  RunningExporter const exporter("instances:\n" + instance_line("a", redis.address(), "keys: [queue]"));
  CHECK(exporter.scrape().at(size_of("queue")) == 2);
  CHECK(exporter.scrape().at(size_of("queue")) == 2);
  redis.command({"DEL", "queue"});
  redis.command({"SET", "queue", "12345"});
  auto const page = exporter.scrape();
  CHECK(page.at(size_of("queue")) == 5);
  CHECK(page.at(R"(redis_key_value{db="db0",key="queue"})") == 12345);
  CHECK(page.at("redis_health_exporter_unreadable_keys") == 0);
  redis.command({"DEL", "queue"});
  CHECK(exporter.scrape().at(size_of("queue")) == 0);
  redis.command({"PFADD", "queue", "a", "b", "c"});
  CHECK(exporter.scrape().at(size_of("queue")) == 3);
  CHECK(exporter.scrape().at(size_of("queue")) == 3);
}

}  // namespace fleet::testing::redis_health
