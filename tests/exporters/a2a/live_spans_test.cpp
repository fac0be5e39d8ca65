// a2a_exporter as it receives spans: over its own listener, beside a stream, over reloads and restarts.
#include <catch2/catch.hpp>
#include <csignal>

#include "core/metrics/exposition.hpp"
#include "tests/exporters/a2a/live_exporter.hpp"
#include "tests/exporters/a2a/otlp_body.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/promtool.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet::testing;

namespace {

const std::string protobuf = "application/x-protobuf";
const std::string span_hops = R"(a2a_hops_total{feed="otlp",outcome="ok",source="intake",target="research"})";
const std::string lone_span_hops = R"(a2a_hops_total{outcome="ok",source="intake",target="research"})";

/// With a stream, or with spans alone.
class SpanExporter {
 public:
  explicit SpanExporter(const std::string& redis, const std::string& options = "")
      : port_(free_port()), exporter_(redis, "otlp: " + otlp(options)) {
    REQUIRE(wait_until([&] { return accepts(port_); }));
  }

  HttpAnswer post(const std::string& body, const std::string& type = protobuf,
                  std::map<std::string, std::string> headers = {}) const {
    headers["Content-Type"] = type;
    return http_request("POST", port_, "/v1/traces", headers, body);
  }
  std::string otlp(const std::string& options) const {
    return "{listen_address: \"127.0.0.1:" + std::to_string(port_) + "\"" + options + "}\n";
  }
  LiveExporter& program() { return exporter_; }
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  LiveExporter exporter_;
};

}  // namespace

TEST_CASE("spans and hop records are told side by side, each once") {
  RedisServer redis;
  add_hop(redis, "h", 20'000);
  SpanExporter exporter(redis.address());
  auto const body = protobuf_body(made_hop("intake", "research"));
  CHECK(exporter.post(body).status == 200);
  CHECK(exporter.post(fleet::gzip(body), protobuf, {{"Content-Encoding", "gzip"}}).status == 200);
  CHECK(exporter.post(json_body(made_hop("intake", "research")), "application/json").status == 200);
  CHECK(exporter.program().wait_for(ok_hops, 1) == 1);
  auto const page = exporter.program().scrape();
  CHECK(page.get(span_hops) == 1);
  CHECK(page.get(R"(a2a_otlp_spans_total{feed="otlp",result="duplicate"})") == 4);
  CHECK(page.get(R"(a2a_exporter_collector_success{collector="spans",target="otlp"})") == 1);
  CHECK(page.get("a2a_feed_up") == 1);
  CHECK(promtool_findings(page.text) ==
        "a2a_protocol_latency_ms metric names should not contain abbreviated units\n");
}

TEST_CASE("spans alone need no Redis and no label") {
  auto const port = free_port(), page_port = free_port();
  TemporaryDirectory directory;
  auto const config =
      directory.write("a2a.yml", "otlp: {listen_address: \"127.0.0.1:" + std::to_string(port) + "\"}\n");
  Launch launch;
  launch.command = {std::string(FLEET_BIN_DIR) + "/a2a_exporter", "--config.file=" + config,
                    "--web.listen-address=127.0.0.1:" + std::to_string(page_port)};
  Process process(launch);
  REQUIRE(wait_until([&] { return accepts(port) && accepts(page_port); }));
  auto const answer = http_request("POST", port, "/v1/traces", {{"Content-Type", protobuf}},
                                   protobuf_body(made_hop("intake", "research")));
  CHECK(answer.status == 200);
  CHECK(parse_page(http_get(page_port, "/metrics").body).get(lone_span_hops) == 1);
  CHECK(http_get(page_port, "/metrics").body.find("redis_up") == std::string::npos);
  CHECK(process.stop() == 0);
}

TEST_CASE("what a sender must not do is refused as OTLP has it") {
  RedisServer redis;
  SpanExporter exporter(redis.address(), ", max_body: 4KiB");
  auto const large = exporter.post(std::string(5000, 'x'), "application/json");
  CHECK(large.status == 413);
  CHECK(large.headers.at("content-type") == "application/json");
  CHECK(large.body == R"({"code":8,"message":"the body is larger than this receiver takes"})");
  auto const binary = exporter.post(std::string(5000, 'x'));
  CHECK(binary.status == 413);
  CHECK(binary.headers.at("content-type") == protobuf);
  CHECK(binary.body.substr(0, 3) == "\x08\x08\x12");
  CHECK(exporter.post("nonsense", "application/json").status == 400);
  CHECK(exporter.post("", "text/plain").status == 415);
  CHECK(http_get(exporter.port(), "/v1/traces").status == 405);
  CHECK(http_get(exporter.port(), "/metrics").status == 404);
  auto const page = exporter.program().scrape();
  CHECK(page.get(R"(a2a_otlp_requests_total{feed="otlp",code="413"})") == 2);
  CHECK(page.get(R"(a2a_otlp_requests_total{feed="otlp",code="400"})") == 1);
}

TEST_CASE("a reload keeps what was counted and what waits; a kill begins anew") {
  RedisServer redis;
  SpanExporter exporter(redis.address());
  auto const resources = made_hop("intake", "research");
  auto const half = made_hop("intake", "research", 1);
  exporter.post(protobuf_body(resources));
  exporter.post(protobuf_body({half[0]}));
  REQUIRE(exporter.program().wait_for(span_hops, 1) == 1);

  exporter.program().directory().write("a2a.yml", "redis: {address: \"" + redis.address() + "\"}\notlp: " +
                                                      exporter.otlp(", max_body: 1KiB, max_pairs: 7"));
  CHECK(http_request("POST", exporter.program().port(), "/-/reload").status == 200);
  CHECK(wait_until([&] { return exporter.post(std::string(2000, 'x')).status == 413; }));
  exporter.post(protobuf_body(resources));
  exporter.post(protobuf_body({half[1]}));
  CHECK(exporter.program().wait_for(span_hops, 2) == 2);

  // A file that is wrong changes nothing.
  exporter.program().directory().write("a2a.yml", "otlp: {wait: soon}\n");
  CHECK(http_request("POST", exporter.program().port(), "/-/reload").status == 500);
  exporter.post(protobuf_body(made_hop("intake", "research", 2)));
  CHECK(exporter.program().wait_for(span_hops, 3) == 3);

  exporter.program().directory().write(
      "a2a.yml", "redis: {address: \"" + redis.address() + "\"}\notlp: " + exporter.otlp(""));
  exporter.program().process().kill9();
  exporter.program().start();
  REQUIRE(wait_until([&] { return accepts(exporter.port()); }));
  CHECK_FALSE(exporter.program().scrape().get(span_hops));
  // What was sent before and is sent again belongs to the new life: nobody has counted it there.
  exporter.post(protobuf_body(resources));
  CHECK(exporter.program().wait_for(span_hops, 1) == 1);
  CHECK(exporter.program().process().stop() == 0);
}

TEST_CASE("an address that is taken is an error with its name") {
  RedisServer redis;
  TemporaryDirectory directory;
  auto const config =
      directory.write("a2a.yml", "redis: {address: \"" + redis.address() + "\"}\notlp: {listen_address: \"" +
                                     redis.address() + "\"}\n");
  Launch launch;
  launch.command = {std::string(FLEET_BIN_DIR) + "/a2a_exporter", "--config.file=" + config,
                    "--web.listen-address=127.0.0.1:" + std::to_string(free_port())};
  launch.output = directory.path() / "log";
  Process process(launch);
  CHECK(process.wait() == 2);
  CHECK(process.output().find("listen on " + redis.address() + ": Address already in use") !=
        std::string::npos);
}

TEST_CASE("several streams are told apart by their feed, the first as ever") {
  RedisServer first, second;
  add_hop(first, "1", 10'000);
  add_hop(second, "1", 20'000);
  add_hop(second, "2", 20'000);
  LiveExporter exporter(first, "sources:\n  - {name: perth, redis: {address: \"" + second.address() +
                                   "\"}}\n  - {name: hobart, redis: {address: \"" + first.address() +
                                   "\"}, hops: {stream: other}}\n");
  CHECK(exporter.wait_for(ok_hops, 1) == 1);
  CHECK(exporter.wait_for(R"(a2a_hops_total{feed="perth",outcome="ok",source="intake",target="research"})",
                          2) == 2);
  CHECK(exporter.wait_for(R"(a2a_feed_up{feed="hobart"})", 1) == 1);
  auto page = exporter.scrape();
  CHECK(page.get("redis_up") == 1);
  CHECK(page.get(R"(redis_up{feed="perth"})") == 1);
  CHECK(page.get(R"(a2a_exporter_collector_success{collector="hops"})") == 1);
  CHECK(page.get(R"(a2a_exporter_collector_success{collector="hops",target="perth"})") == 1);
  CHECK(page.get(R"(a2a_agent_up{feed="perth",agent="research"})") == 1);
  CHECK(promtool_findings(page.text) ==
        "a2a_protocol_latency_ms metric names should not contain abbreviated units\n");

  second.stop();
  CHECK(exporter.wait_for(R"(a2a_feed_up{feed="perth"})", 0) == 0);
  page = exporter.scrape();
  CHECK(page.get("a2a_feed_up") == 1);
  CHECK(page.get("redis_up") == 1);
  CHECK(page.get(R"(redis_up{feed="perth"})") == 0);
}

TEST_CASE("an agent is up by its hops, and a restart remembers when it was seen") {
  RedisServer redis;
  add_hop(redis, "old", 10'000,
          {{"src", "quiet"},
           {"t_enq_us", "1700000000000000"},
           {"t_deq_us", "1700000000000001"},
           {"t_done_us", "1700000000000002"},
           {"dst", "gone"}});
  add_hop(redis, "now", 10'000, {{"src", "quiet"}});
  add_hop(redis, "state", 10'000, {{"src", "quiet"}, {"state", "TASK_STATE_COMPLETED"}});
  LiveExporter exporter(redis, "agents: {up_within: 5m, forget_after: 500w}\n");
  for (int life = 0; life < 2; ++life) {
    REQUIRE(exporter.wait_for(R"(a2a_agent_up{agent="quiet"})", 1) == 1);
    auto const page = exporter.scrape();
    CHECK(page.get(R"(a2a_agent_up{agent="gone"})") == 0);
    CHECK(page.get(R"(a2a_agent_last_seen_timestamp_seconds{agent="gone"})") == 1700000000.000002);
    CHECK(page.get(R"(a2a_hop_task_states_total{state="completed"})") == 1);
    exporter.process().kill9();
    exporter.start();
  }
}
