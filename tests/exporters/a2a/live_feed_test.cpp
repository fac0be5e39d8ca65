// a2a_exporter against a real Redis: what is counted.
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/exporters/a2a/live_exporter.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet::testing;

TEST_CASE("hops are counted, measured and acknowledged") {
  RedisServer redis;
  for (int n = 0; n < 20; ++n) add_hop(redis, std::to_string(n), 40'000 + n * 1000);
  redis.command({"HINCRBY", "a2a:hops:started", "intake|research", "23"});
  redis.command({"HINCRBY", "a2a:hops:started", "intake|drafting", "1"});
  LiveExporter exporter(redis);
  CHECK(exporter.wait_for(ok_hops, 20) == 20);
  auto const page = exporter.scrape();
  CHECK(page.get(hop_latency) == 58);  // the 19th of 20
  CHECK(page.get(R"(a2a_hop_duration_seconds_count{source="intake",target="research"})") == 20);
  CHECK(page.get(R"(a2a_hop_duration_seconds_bucket{source="intake",target="research",le="0.05"})") == 11);
  CHECK(page.get(R"(a2a_hop_queue_duration_seconds_count{target="research"})") == 20);
  CHECK(page.get(R"(a2a_hops_started_total{source="intake",target="research"})") == 23);
  CHECK(page.get(R"(a2a_hops_unfinished{source="intake",target="research"})") == 3);
  CHECK(page.get(R"(a2a_hops_unfinished{source="intake",target="drafting"})") == 1);
  CHECK(page.get("a2a_feed_up") == 1);
  CHECK(page.get("redis_up") == 1);
  CHECK(page.sum("a2a_exporter_collector_success") == 3);
  CHECK(page.get("a2a_feed_lost_records_total") == 0);
  CHECK(page.sum("a2a_feed_resets_total") == 0);
  CHECK(exporter.wait_for("a2a_feed_lag_records", 0) == 0);
  CHECK(redis.command({"XPENDING", "a2a:hops", "a2a-exporter"}).substr(0, 1) == "0");
  exporter.process().signal(SIGTERM);
  CHECK(exporter.process().wait() == 0);
}

TEST_CASE("the live page passes promtool but for the one name that is given") {
  RedisServer redis({.append_only = true, .arguments = {}});
  add_hop(redis, "h", 60'000, {{"trace_id", "0123456789abcdef0123456789abcdef"}});
  redis.command({"HINCRBY", "a2a:hops:started", "intake|research", "1"});
  LiveExporter exporter(redis);
  REQUIRE(exporter.wait_for(ok_hops, 1) == 1);
  exporter.directory().write("page.txt", exporter.scrape().text);
  auto const file = (exporter.directory().path() / "page.txt").string();
  auto const findings = run_command({"sh", "-c", "promtool check metrics < " + file + " 2>&1; true"});
  CHECK(findings == "a2a_protocol_latency_ms metric names should not contain abbreviated units\n");
  auto const answer =
      http_get(exporter.port(), "/metrics", {{"Accept", "application/openmetrics-text;version=1.0.0"}});
  CHECK(answer.body.find("# {trace_id=\"0123456789abcdef0123456789abcdef\"} 0.06 ") != std::string::npos);
  CHECK(answer.body.ends_with("# EOF\n"));
}

TEST_CASE("duplicates, malformed and trimmed records are counted by reason and acknowledged") {
  RedisServer redis;
  redis.command({"XGROUP", "CREATE", "a2a:hops", "a2a-exporter", "0", "MKSTREAM"});
  add_hop(redis, "trimmed", 1000);
  add_hop(redis, "pending", 1000);
  // Taken by a reader that was killed, then trimmed: one of the two is still there.
  redis.command({"XREADGROUP", "GROUP", "a2a-exporter", "a2a-exporter", "STREAMS", "a2a:hops", ">"});
  redis.command({"XTRIM", "a2a:hops", "MAXLEN", "1"});
  add_hop(redis, "twice", 1000);
  add_hop(redis, "twice", 1000);
  add_hop(redis, "later", 1000, {{"v", "2"}});
  add_hop(redis, "back", -1000);
  add_hop(redis, "odd", 1000, {{"t_enq_us", "soon"}});
  redis.command({"XADD", "a2a:hops", "*", "foo", "bar"});
  LiveExporter exporter(redis);
  CHECK(exporter.wait_for(ok_hops, 2) == 2);
  auto const page = exporter.scrape();
  auto const skipped = [&page](const std::string& reason) {
    return page.get("a2a_hop_records_skipped_total{reason=\"" + reason + "\"}");
  };
  CHECK(skipped("trimmed") == 1);
  CHECK(skipped("duplicate") == 1);
  CHECK(skipped("version") == 1);
  CHECK(skipped("negative") == 1);
  CHECK(skipped("malformed") == 2);
  CHECK(redis.command({"XPENDING", "a2a:hops", "a2a-exporter"}).substr(0, 1) == "0");
}

TEST_CASE("a backlog of slow hops does not make a pair slow now") {
  RedisServer redis;
  std::string const old = "1000000000000000", older = "999999000000000";
  for (int n = 0; n < 30; ++n) {
    add_hop(redis, std::to_string(n), 1000, {{"t_enq_us", older}, {"t_deq_us", older}, {"t_done_us", old}});
  }
  LiveExporter exporter(redis);
  CHECK(exporter.wait_for(ok_hops, 30) == 30);
  CHECK_FALSE(exporter.scrape().get(hop_latency));
  add_hop(redis, "now", 7000);
  CHECK(exporter.wait_for(hop_latency, 7) == 7);
}

TEST_CASE("a pair that goes quiet loses its latency, not its counters") {
  RedisServer redis;
  LiveExporter exporter(redis, "latency: {window: 1s, quantile: 0.5}\n");
  REQUIRE(exporter.wait_for("a2a_feed_up", 1) == 1);
  add_hop(redis, "h", 300'000);
  CHECK(exporter.wait_for(hop_latency, 300) == 300);
  CHECK(wait_until([&] { return !exporter.scrape().get(hop_latency); }, std::chrono::seconds(5)));
  CHECK(exporter.scrape().get(ok_hops) == 1);
}

TEST_CASE("pairs beyond the limit are one series") {
  RedisServer redis;
  for (int n = 0; n < 30; ++n) {
    add_hop(redis, std::to_string(n), 1000, {{"src", "agent-" + std::to_string(n)}});
    redis.command({"HINCRBY", "a2a:hops:started", "agent-" + std::to_string(n) + "|research", "1"});
  }
  LiveExporter exporter(redis, "hops: {max_pairs: 5}\n");
  CHECK(exporter.wait_for(R"(a2a_hops_total{outcome="ok",source="other",target="other"})", 25) == 25);
  auto const page = exporter.scrape();
  CHECK(page.sum("a2a_hops_total") == 30);
  CHECK(page.sum("a2a_hops_started_total") == 30);
  CHECK(page.sum("a2a_hops_unfinished") == 0);
}

TEST_CASE("a restart shows the counts at once, and the latencies of the last minute") {
  RedisServer redis;
  LiveExporter exporter(redis);
  for (int n = 0; n < 5; ++n) add_hop(redis, std::to_string(n), 25'000);
  REQUIRE(exporter.wait_for(ok_hops, 5) == 5);
  exporter.process().kill9();
  exporter.start();
  auto const page = exporter.scrape();  // the first that is answered
  CHECK(page.get(ok_hops) == 5);
  CHECK(page.get(hop_latency) == 25);
}

TEST_CASE("--once takes nothing from the running exporter") {
  RedisServer redis;
  add_hop(redis, "1", 25'000);
  LiveExporter exporter(redis);
  REQUIRE(exporter.wait_for(ok_hops, 1) == 1);
  exporter.process().kill9();
  add_hop(redis, "2", 35'000);
  auto const before = redis.command({"HGETALL", "a2a:hops:checkpoint:a2a-exporter"});
  auto const text = run_command(
      {std::string(FLEET_BIN_DIR) + "/a2a_exporter", "--once", "--config.file=" + exporter.config()});
  auto const page = parse_page(text);
  CHECK(page.get(ok_hops) == 2);
  CHECK(page.get(hop_latency) == 35);
  CHECK(redis.command({"HGETALL", "a2a:hops:checkpoint:a2a-exporter"}) == before);
  exporter.start();
  CHECK(exporter.wait_for(ok_hops, 2) == 2);
}

TEST_CASE("--once without a Redis is exit 3 and says what is down") {
  RedisServer redis;
  LiveExporter exporter(redis);
  exporter.process().stop();
  redis.stop();
  auto const text =
      run_command({"sh", "-c",
                   std::string(FLEET_BIN_DIR) + "/a2a_exporter --once --config.file=" + exporter.config() +
                       " 2>/dev/null; echo \"exit $?\""});
  CHECK(text.find("\nredis_up 0\n") != std::string::npos);
  CHECK(text.find("\na2a_feed_up 0\n") != std::string::npos);
  CHECK(text.find("a2a_hops_total") == std::string::npos);
  CHECK(text.ends_with("exit 3\n"));
}

TEST_CASE("a reload keeps the feed, or moves it to another group") {
  RedisServer redis;
  LiveExporter exporter(redis);
  add_hop(redis, "1", 25'000);
  add_hop(redis, "2", 45'000);
  REQUIRE(exporter.wait_for(ok_hops, 2) == 2);
  auto const position = redis.command({"HGET", "a2a:hops:checkpoint:a2a-exporter", "position"});
  auto const base = "redis: {address: \"" + redis.address() + "\"}\n";
  exporter.directory().write("a2a.yml", base + "latency: {quantile: 0.5, window: 30s}\n");
  REQUIRE(http_request("POST", exporter.port(), "/-/reload").status == 200);
  CHECK(exporter.wait_for(hop_latency, 25) == 25);
  CHECK(exporter.scrape().get(ok_hops) == 2);
  CHECK(redis.command({"HGET", "a2a:hops:checkpoint:a2a-exporter", "position"}) == position);

  exporter.directory().write("a2a.yml", base + "hops: {remembered_hops: 2000}\n");
  REQUIRE(http_request("POST", exporter.port(), "/-/reload").status == 200);
  add_hop(redis, "3", 25'000);
  add_hop(redis, "2", 25'000);
  CHECK(exporter.wait_for(ok_hops, 3) == 3);
  CHECK(exporter.wait_for("a2a_hop_records_skipped_total{reason=\"duplicate\"}", 1) == 1);
  CHECK(exporter.wait_for("a2a_feed_conflicts_total", 0) == 0);
  exporter.process().signal(SIGTERM);
  CHECK(exporter.process().wait() == 0);
}
