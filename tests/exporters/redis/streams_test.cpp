// Streams and lags, with the histories that Redis' own lag gets wrong.
#include <catch2/catch.hpp>

#include "tests/exporters/redis/running_exporter.hpp"

namespace fleet::testing::redis_health {
namespace {

std::string lag_of(const std::string& group) {
  return "redis_stream_group_lag{db=\"db0\",group=\"" + group + "\",stream=\"s\"}";
}

void add(const RedisServer& redis, int first, int last) {
  for (int n = first; n <= last; ++n) redis.command({"XADD", "s", std::to_string(n) + "-0", "data", "x"});
}

void read(const RedisServer& redis, const std::string& group, int count) {
  redis.command({"XREADGROUP", "GROUP", group, "one", "COUNT", std::to_string(count), "STREAMS", "s", ">"});
}

std::string config_for(const RedisServer& redis, const std::string& more = "") {
  return "instances:\n" + instance_line("a", redis.address(), "streams: [s]") + more;
}

}  // namespace

TEST_CASE("a stream, its groups and consumers") {
  RedisServer redis;
  add(redis, 1, 8);
  redis.command({"XGROUP", "CREATE", "s", "g", "0"});
  read(redis, "g", 5);
  redis.command({"XACK", "s", "g", "1-0"});
  redis.command({"XGROUP", "CREATE", "s", "fresh", "$"});
  redis.command({"XDEL", "s", "8-0"});
  RunningExporter const exporter(config_for(redis));
  auto const page = exporter.scrape();
  CHECK(page.at(R"(redis_stream_length{db="db0",stream="s"})") == 7);
  CHECK(page.at(R"(redis_stream_groups{db="db0",stream="s"})") == 2);
  CHECK(page.at(R"(redis_stream_last_generated_id{db="db0",stream="s"})") == 8);
  CHECK(page.at(R"(redis_stream_last_entry_id{db="db0",stream="s"})") == 7);
  CHECK(page.at(R"(redis_stream_max_deleted_entry_id{db="db0",stream="s"})") == 8);
  CHECK(page.at(R"(redis_stream_group_messages_pending{db="db0",group="g",stream="s"})") == 4);
  CHECK(page.at(R"(redis_stream_group_last_delivered_id{db="db0",group="g",stream="s"})") == 5);
  CHECK(page.at(
            R"(redis_stream_group_consumer_messages_pending{consumer="one",db="db0",group="g",stream="s"})") ==
        4);
  CHECK(page.at(lag_of("g")) == 2);
  CHECK(page.at(lag_of("fresh")) == 0);
  CHECK(page.at("redis_health_exporter_unreadable_keys") == 0);
}

TEST_CASE("entries trimmed before anybody read them are no lag") {
  RedisServer redis;
  add(redis, 1, 5);
  redis.command({"XGROUP", "CREATE", "s", "g", "0"});
  read(redis, "g", 1);
  redis.command({"XTRIM", "s", "MAXLEN", "1"});
  RunningExporter const exporter(config_for(redis));
  CHECK(exporter.scrape().at(lag_of("g")) == 1);
  read(redis, "g", 1);
  // Redis 7.0 says 3 from here on.
  CHECK(exporter.scrape().at(lag_of("g")) == 0);
  add(redis, 6, 9);
  CHECK(exporter.scrape().at(lag_of("g")) == 4);
  read(redis, "g", 2);
  CHECK(exporter.scrape().at(lag_of("g")) == 2);
}

TEST_CASE("entries deleted before anybody read them are no lag, and a group set by hand has one") {
  RedisServer redis;
  add(redis, 1, 10);
  redis.command({"XGROUP", "CREATE", "s", "g", "0"});
  read(redis, "g", 2);
  redis.command({"XDEL", "s", "4-0", "5-0"});
  redis.command({"XGROUP", "CREATE", "s", "placed", "7-0"});
  RunningExporter const exporter(config_for(redis));
  auto const page = exporter.scrape();
  CHECK(page.at(lag_of("g")) == 6);
  CHECK(page.at(lag_of("placed")) == 3);
}

TEST_CASE("beyond the limit a lag is estimated, and consumers may be left out") {
  RedisServer redis;
  add(redis, 1, 30);
  redis.command({"XGROUP", "CREATE", "s", "g", "0"});
  read(redis, "g", 10);
  RunningExporter const exporter(
      config_for(redis, "limits: {lag_entries: 5}\ncollect: {stream_consumers: false}\n"));
  auto const page = exporter.scrape();
  CHECK(page.at(lag_of("g")) == 20);
  CHECK(page.at(R"(redis_stream_group_consumers{db="db0",group="g",stream="s"})") == 1);
  CHECK_FALSE(page.types.contains("redis_stream_group_consumer_idle_seconds"));
}

namespace {

int calls_of(const RedisServer& redis, const std::string& command) {
  auto const info = redis.command({"INFO", "commandstats"});
  auto const field = "cmdstat_" + command + ":calls=";
  auto const begin = info.find(field);
  return begin == info.npos ? 0 : std::stoi(info.substr(begin + field.size()));
}

}  // namespace

TEST_CASE("a lag is counted once, then followed while the group is given nothing") {
  RedisServer redis;
  add(redis, 1, 10);
  redis.command({"XGROUP", "CREATE", "s", "g", "0"});
  read(redis, "g", 4);
  RunningExporter const exporter(config_for(redis));
  CHECK(exporter.scrape().at(lag_of("g")) == 6);
  auto const counted = calls_of(redis, "xrange");
  CHECK(counted > 0);
  CHECK(exporter.scrape().at(lag_of("g")) == 6);
  add(redis, 11, 13);
  CHECK(exporter.scrape().at(lag_of("g")) == 9);
  CHECK(calls_of(redis, "xrange") == counted);
  redis.command({"XDEL", "s", "7-0"});
  CHECK(exporter.scrape().at(lag_of("g")) == 8);
  read(redis, "g", 2);
  CHECK(exporter.scrape().at(lag_of("g")) == 6);
  CHECK(calls_of(redis, "xrange") > counted);
}

TEST_CASE("groups that come and go between scrapes") {
  RedisServer redis;
  add(redis, 1, 4);
  redis.command({"XGROUP", "CREATE", "s", "g", "0"});
  read(redis, "g", 1);
  RunningExporter const exporter(config_for(redis));
  auto const consumer = [](const std::string& group) {
    return R"(redis_stream_group_consumer_messages_pending{consumer="one",db="db0",group=")" + group +
           R"(",stream="s"})";
  };
  CHECK(exporter.scrape().at(consumer("g")) == 1);
  redis.command({"XGROUP", "DESTROY", "s", "g"});
  redis.command({"XGROUP", "CREATE", "s", "h", "0"});
  read(redis, "h", 2);
  auto const page = exporter.scrape();
  CHECK(page.at(consumer("h")) == 2);
  CHECK_FALSE(page.value(consumer("g")));
  CHECK(page.at("redis_health_exporter_unreadable_keys") == 0);
  CHECK(exporter.scrape().at(consumer("h")) == 2);
}

}  // namespace fleet::testing::redis_health
