// Servers that are not well: each is redis_up 0 and one line in the log, takes nothing else with it, and comes
// back by itself.
#include <catch2/catch.hpp>
#include <map>

#include "tests/exporters/redis/running_exporter.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing::redis_health {
namespace {

using namespace std::chrono_literals;

std::string of(const std::string& name, const std::string& address) {
  return name + "{addr=\"" + address + "\"}";
}

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

/// A server with keys to watch beside one that is well.
class Watched {
 public:
  explicit Watched(const std::string& faulted, const std::string& more = "")
      : faulted_(faulted),
        exporter_("instances:\n" +
                  instance_line("faulted", faulted, "keys: [queue], streams: ['a2a:hops']" + more) +
                  instance_line("well", well_.address())) {}

  SamplePage scrape() const { return exporter_.scrape("/metrics", 3s); }
  std::optional<double> up() const { return scrape().value(of("redis_up", faulted_)); }
  bool is_back() const {
    return wait_until([this] {
      auto const page = scrape();
      return page.value(of("redis_up", faulted_)) == 1 &&
             page.value(of("redis_health_exporter_unreadable_keys", faulted_)) == 0;
    });
  }
  /// Scrapes twice: down, all of its keys unreadable, the other server's page whole.
  SamplePage check_down() const {
    scrape();
    auto const page = scrape();
    CHECK(page.at(of("redis_up", faulted_)) == 0);
    CHECK(page.at(of("redis_health_exporter_unreadable_keys", faulted_)) == 2);
    CHECK(page.at(of("redis_up", well_.address())) == 1);
    CHECK(page.value(of("redis_memory_used_bytes", well_.address())));
    CHECK(page.types.contains("process_cpu_seconds_total"));
    for (auto const& series : page.series_of("redis_health_exporter_collector_success")) {
      INFO(series);
      CHECK(page.at(series) == 1);
    }
    return page;
  }
  std::string log() const { return exporter_.log(); }
  /// How often the log says that it went, and that it came back.
  std::size_t gone() const { return times(log(), "redis does not answer"); }
  std::size_t back() const { return times(log(), "redis is back"); }

 private:
  std::string faulted_;
  RedisServer well_;
  RunningExporter exporter_;
};

}  // namespace

TEST_CASE("a server that hangs, is stopped, is killed") {
  RedisServer redis({.append_only = true, .arguments = {}});
  redis.command({"XADD", "a2a:hops", "*", "a", "b"});
  Watched const watched(redis.address());
  REQUIRE(watched.is_back());

  redis.freeze();
  watched.check_down();
  CHECK(watched.gone() == 1);
  CHECK_THAT(watched.log(), Catch::Contains("timed out: answer from redis at " + redis.address()));
  redis.thaw();
  CHECK(watched.is_back());

  redis.stop();
  auto const page = watched.check_down();
  CHECK_FALSE(page.value(of("redis_uptime_in_seconds", redis.address())));
  CHECK(watched.gone() == 2);
  CHECK_THAT(watched.log(), Catch::Contains("Connection refused"));
  redis.start();
  CHECK(watched.is_back());

  redis.kill9();
  watched.check_down();
  redis.start();
  CHECK(watched.is_back());
  CHECK(watched.gone() == 3);
  CHECK(watched.back() == 3);
  CHECK(times(watched.log(), "keys cannot be read") == 0);

  redis.restart();  // between two scrapes
  CHECK(watched.up() == 1);
  CHECK(watched.gone() == 3);
}

TEST_CASE("a server that loads its data") {
  RedisServer redis({.append_only = true, .arguments = {}});
  // It answers between two keys.
  for (int n = 0; n < 300; ++n) redis.command({"SET", "key:" + std::to_string(n), std::string(2000, 'x')});
  redis.command({"BGREWRITEAOF"});
  REQUIRE(wait_until([&] {
    return redis.command({"INFO", "persistence"}).find("aof_rewrite_in_progress:0") != std::string::npos;
  }));
  Watched const watched(redis.address());
  REQUIRE(watched.is_back());
  redis.stop();
  redis.start_loading(20ms);
  REQUIRE(
      wait_until([&] { return watched.scrape().value(of("redis_loading_dump_file", redis.address())) == 1; }));
  auto const page = watched.scrape();
  if (page.value(of("redis_loading_dump_file", redis.address())) == 1) {
    CHECK(page.at(of("redis_up", redis.address())) == 0);
    CHECK(page.value(of("redis_uptime_in_seconds", redis.address())));
    CHECK(page.at(of("redis_health_exporter_unreadable_keys", redis.address())) == 2);
  }
  redis.wait_ready();
  CHECK(watched.is_back());
  CHECK(times(watched.log(), "LOADING") == 1);
  CHECK(times(watched.log(), "keys cannot be read") == 0);
}

TEST_CASE("a wrong password, and a password that is needed, are told and not shown") {
  RedisServer redis({.append_only = false, .arguments = {"--requirepass", "correct-horse"}});
  TemporaryDirectory directory;
  auto const file = directory.write("password", "wrong-staple\n");
  Watched const watched(redis.address(), ", password_file: " + file);
  watched.check_down();
  CHECK(watched.gone() == 1);
  CHECK(times(watched.log(), "WRONGPASS") == 1);
  directory.write("password", "correct-horse\n");
  CHECK(watched.is_back());
  CHECK_THAT(watched.log(), !Catch::Contains("staple") && !Catch::Contains("horse"));

  Watched const nameless(redis.address());
  nameless.check_down();
  CHECK(times(nameless.log(), "NOAUTH") == 1);
}

TEST_CASE("what is no Redis is down, and the Redis in its place is seen") {
  std::map<std::string, std::string> const answers{{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n<html>\x01\xff"},
                                                   {"one reply for all", "+OK\r\n"},
                                                   {"more replies than questions", std::string(4000, '\n')},
                                                   {"no text", "$-1\r\n*0\r\n:5\r\n"},
                                                   {"endless", "$999999\r\nabc"}};
  for (auto const& [what, answer] : answers) {
    INFO(what);
    RedisServer redis;
    redis.command({"XADD", "a2a:hops", "*", "a", "b"});
    redis.stop();
    auto garbage = std::make_unique<GarbageServer>(answer, GarbageServer::Then::keep_open, redis.port());
    Watched const watched(redis.address());
    watched.check_down();
    CHECK(watched.gone() == 1);
    garbage.reset();
    redis.start();
    CHECK(watched.is_back());
    CHECK(watched.back() == 1);
  }
}

}  // namespace fleet::testing::redis_health
