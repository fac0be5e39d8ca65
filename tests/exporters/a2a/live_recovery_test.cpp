// a2a_exporter against a Redis that is broken under it.
#include <catch2/catch.hpp>

#include "tests/exporters/a2a/live_exporter.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet::testing;
using std::chrono::seconds;

namespace {

std::string reset(const std::string& reason) { return "a2a_feed_resets_total{reason=\"" + reason + "\"}"; }

/// An exporter that has counted `hops` hops.
struct Counting {
  explicit Counting(int hops) : redis({.append_only = true, .arguments = {}}), exporter(redis) {
    for (int n = 0; n < hops; ++n) add_hop(redis, "first-" + std::to_string(n), 20'000);
    REQUIRE(exporter.wait_for(ok_hops, hops) == hops);
  }
  RedisServer redis;
  LiveExporter exporter;
};

}  // namespace

TEST_CASE("the stream is deleted under it") {
  Counting setup(5);
  setup.redis.command({"DEL", "a2a:hops"});
  CHECK(setup.exporter.wait_for(reset("stream_deleted"), 1) == 1);
  CHECK(setup.exporter.scrape().get(ok_hops) == 5);
  // A new stream whose ids are smaller than all that were counted.
  std::vector<std::string> words{"XADD", "a2a:hops", "1-1", "foo", "bar"};
  setup.redis.command(words);
  add_hop(setup.redis, "after", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 6) == 6);
  auto const page = setup.exporter.scrape();
  CHECK(page.get("a2a_hop_records_skipped_total{reason=\"malformed\"}") == 1);
  CHECK(page.get("a2a_feed_lost_records_total") == 0);
  CHECK(page.get("a2a_feed_up") == 1);
}

TEST_CASE("the group is destroyed under it") {
  Counting setup(5);
  setup.redis.command({"XGROUP", "DESTROY", "a2a:hops", "a2a-exporter"});
  CHECK(setup.exporter.wait_for(reset("group_lost"), 1) == 1);
  add_hop(setup.redis, "after", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 6) == 6);
  CHECK(setup.exporter.scrape().get("a2a_hop_records_skipped_total{reason=\"duplicate\"}") == 0);
}

TEST_CASE("the group is set back under it") {
  Counting setup(5);
  setup.redis.command({"XGROUP", "SETID", "a2a:hops", "a2a-exporter", "0"});
  add_hop(setup.redis, "after", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 6) == 6);
  CHECK(setup.exporter.wait_for(reset("group_rewound"), 1) == 1);
}

TEST_CASE("everything is flushed under it") {
  Counting setup(5);
  setup.redis.command({"FLUSHALL"});
  add_hop(setup.redis, "after", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 6) == 6);
  CHECK(setup.exporter.wait_for(reset("checkpoint_lost"), 1) == 1);
  // All of it was written again: the next process knows it, and the hops that it must not count again.
  setup.exporter.process().kill9();
  setup.exporter.start();
  CHECK(setup.exporter.scrape().get(ok_hops) == 6);
  add_hop(setup.redis, "first-3", 20'000);
  CHECK(setup.exporter.wait_for("a2a_hop_records_skipped_total{reason=\"duplicate\"}", 1) == 1);
}

TEST_CASE("the stream is deleted while it is down") {
  Counting setup(5);
  setup.exporter.process().kill9();
  setup.redis.command({"DEL", "a2a:hops"});
  setup.redis.command({"XADD", "a2a:hops", "1-1", "foo", "bar"});
  setup.exporter.start();
  CHECK(setup.exporter.wait_for("a2a_hop_records_skipped_total{reason=\"malformed\"}", 1) == 1);
  CHECK(setup.exporter.scrape().get(ok_hops) == 5);
  CHECK(setup.exporter.scrape().get(reset("stream_behind")) == 1);
}

TEST_CASE("records trimmed before they were read are lost, and said to be") {
  Counting setup(5);
  setup.exporter.process().kill9();
  for (int n = 0; n < 20; ++n) add_hop(setup.redis, "second-" + std::to_string(n), 20'000);
  setup.redis.command({"XTRIM", "a2a:hops", "MAXLEN", "8"});
  setup.exporter.start();
  CHECK(setup.exporter.wait_for(ok_hops, 13) == 13);
  CHECK(setup.exporter.wait_for("a2a_feed_lost_records_total", 12) == 12);
  CHECK(setup.exporter.wait_for("a2a_feed_lag_records", 0) == 0);
}

TEST_CASE("Redis stopped and started again") {
  Counting setup(5);
  setup.redis.stop();
  CHECK(setup.exporter.wait_for("a2a_feed_up", 0) == 0);
  auto const page = setup.exporter.scrape();
  CHECK(page.get("redis_up") == 0);
  CHECK(page.get(ok_hops) == 5);
  CHECK_FALSE(page.get("redis_uptime_in_seconds"));
  setup.redis.start();
  add_hop(setup.redis, "after", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 6) == 6);
  CHECK(setup.exporter.wait_for("a2a_feed_up", 1) == 1);
  CHECK(setup.exporter.scrape().get("redis_up") == 1);
  CHECK(setup.exporter.scrape().sum("a2a_feed_resets_total") == 0);
}

TEST_CASE("Redis frozen: every scrape is answered, the counts stay") {
  Counting setup(5);
  setup.redis.freeze();
  auto const begin = std::chrono::steady_clock::now();
  auto const page = setup.exporter.try_scrape();
  REQUIRE(page);
  CHECK(std::chrono::steady_clock::now() - begin < seconds(5));
  CHECK(page->get(ok_hops) == 5);
  CHECK(page->get("redis_up") == 0);
  CHECK(setup.exporter.wait_for("a2a_feed_up", 0) == 0);
  setup.redis.thaw();
  add_hop(setup.redis, "after", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 6) == 6);
  CHECK(setup.exporter.wait_for("a2a_feed_up", 1) == 1);
}

TEST_CASE("no Redis at the start: no counts rather than zeros") {
  RedisServer redis;
  redis.stop();
  LiveExporter exporter(redis);
  auto const page = exporter.scrape();
  CHECK(page.get("a2a_feed_up") == 0);
  CHECK(page.text.find("a2a_hop") == std::string::npos);
  redis.start();
  add_hop(redis, "h", 20'000);
  CHECK(exporter.wait_for(ok_hops, 1) == 1);
}

TEST_CASE("Redis refuses writes: nothing is lost, nothing is counted twice") {
  Counting setup(5);
  for (int n = 0; n < 5; ++n) add_hop(setup.redis, "second-" + std::to_string(n), 20'000);
  REQUIRE(setup.exporter.wait_for(ok_hops, 10) == 10);
  // The records come first, so that they are taken and cannot be stored.
  add_hop(setup.redis, "third", 20'000);
  setup.redis.command({"CONFIG", "SET", "maxmemory", "1"});
  CHECK(wait_until([&] {
    return setup.redis.command({"INFO", "errorstats"}).find("OOM") != std::string::npos ||
           setup.exporter.scrape().get(ok_hops) == 11;
  }));
  CHECK(setup.exporter.scrape().get(ok_hops).value_or(0) >= 10);
  setup.redis.command({"CONFIG", "SET", "maxmemory", "0"});
  add_hop(setup.redis, "after", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 12) == 12);
  CHECK(setup.exporter.scrape().get("a2a_hop_records_skipped_total{reason=\"duplicate\"}") == 0);
}

TEST_CASE("only the checkpoint is deleted") {
  Counting setup(5);
  setup.redis.command({"DEL", "a2a:hops:checkpoint:a2a-exporter"});
  add_hop(setup.redis, "after", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 6) == 6);
  CHECK(setup.exporter.wait_for(reset("checkpoint_lost"), 1) == 1);
  add_hop(setup.redis, "after that", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, 7) == 7);
  CHECK(setup.redis.command({"XPENDING", "a2a:hops", "a2a-exporter"}).substr(0, 1) == "0");
}

TEST_CASE("a checkpoint of another type is said to be a failure, and is left alone") {
  RedisServer redis;
  redis.command({"SET", "a2a:hops:checkpoint:a2a-exporter", "something else"});
  LiveExporter exporter(redis);
  auto const page = exporter.scrape();
  CHECK(page.get("a2a_feed_up") == 0);
  CHECK(page.get("redis_up") == 1);
  CHECK(page.text.find("a2a_hop_") == std::string::npos);
  CHECK(redis.command({"GET", "a2a:hops:checkpoint:a2a-exporter"}) == "something else");
  redis.command({"DEL", "a2a:hops:checkpoint:a2a-exporter"});
  add_hop(redis, "h", 20'000);
  CHECK(exporter.wait_for(ok_hops, 1) == 1);
}

TEST_CASE("what answers is no Redis") {
  auto const check = [](const LiveExporter& exporter) {
    auto const begin = std::chrono::steady_clock::now();
    auto const page = exporter.scrape();
    CHECK(std::chrono::steady_clock::now() - begin < seconds(5));
    CHECK(page.get("a2a_feed_up") == 0);
    CHECK(page.get("redis_up") == 0);
    CHECK(page.text.find("a2a_hop_") == std::string::npos);
  };
  SECTION("but answers with garbage") {
    GarbageServer const server("HTTP/1.1 400 Bad Request\r\n\r\n");
    check(LiveExporter(server.address()));
  }
  SECTION("but with the answers of another conversation") {
    GarbageServer const server("+OK\r\n*2\r\n$1\r\n1\r\n$1\r\n2\r\n:7\r\n*0\r\n$-1\r\n*0\r\n*0\r\n");
    check(LiveExporter(server.address()));
  }
  SECTION("and says nothing at all") {
    SilentServer const server;
    check(LiveExporter(server.address()));
  }
}

TEST_CASE("two exporters of one group by mistake lose nothing and say so") {
  Counting setup(5);
  LiveExporter second(setup.redis);
  int total = 5;
  for (int round = 0; round < 20; ++round) {
    add_hop(setup.redis, "round-" + std::to_string(round), 20'000);
    ++total;
    // Whoever took it: one of the two pages shows it.
    REQUIRE(wait_until(
        [&] { return std::max(setup.exporter.scrape().get(ok_hops), second.scrape().get(ok_hops)) == total; }));
  }
  second.process().kill9();
  add_hop(setup.redis, "last", 20'000);
  CHECK(setup.exporter.wait_for(ok_hops, total + 1) == total + 1);
  CHECK(setup.exporter.scrape().get("a2a_feed_conflicts_total").value_or(0) >= 1);
}
