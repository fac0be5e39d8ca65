#include "exporters/a2a/config.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace fleet::exporters::a2a {
namespace {

Settings parse(const std::string& text) { return read_settings(config::Document::parse(text, "a2a.yml")); }

TEST_CASE("only the address is needed") {
  auto const settings = parse("redis: {address: \"10.0.0.1:7000\"}\n");
  CHECK(settings.redis.address() == "10.0.0.1:7000");
  CHECK(settings.hops.stream == "a2a:hops");
  CHECK(settings.hops.started == "a2a:hops:started");
  CHECK(settings.hops.group == "a2a-exporter");
  CHECK(settings.hops.checkpoint == "a2a:hops:checkpoint:a2a-exporter");
  CHECK(settings.latency.quantile == 0.95);
  CHECK(settings.latency.window == std::chrono::seconds(60));
}

TEST_CASE("the keys beside a stream of another name follow it") {
  auto const settings = parse("redis: {address: h:1}\nhops: {stream: s, group: g}\n");
  CHECK(settings.hops.started == "s:started");
  CHECK(settings.hops.checkpoint == "s:checkpoint:g");
}

TEST_CASE("the commented example and the demo's file are good") {
  ::setenv("FLEET_PORT_REDIS_COORDINATOR", "9733", 1);
  std::string const source = FLEET_SOURCE_DIR;
  auto const example = read_settings(config::Document::load(source + "/exporters/a2a/a2a.yml"));
  CHECK(example.hops.checkpoint == "a2a:hops:checkpoint:a2a-exporter");
  // What it shows is the default.
  auto const plain = parse("redis: {address: h:1}\n");
  CHECK(example.hops.max_pairs == plain.hops.max_pairs);
  CHECK(example.hops.remembered_hops == plain.hops.remembered_hops);
  CHECK(example.latency.window == plain.latency.window);
  auto const demo = read_settings(config::Document::load(source + "/demo/config/a2a.yml"));
  CHECK(demo.redis.address() == "127.0.0.1:9733");
}

TEST_CASE("what cannot be meant is refused at its place") {
  CHECK_THROWS_WITH(parse("redis: {address: h:1}\nlatency: {quantile: 0}\n"),
                    "a2a.yml:2:21: expected a quantile above 0 and at most 1, such as 0.95");
  CHECK_THROWS_WITH(parse("redis: {address: h:1}\nhops: {started: a2a:hops}\n"),
                    "a2a.yml:2:17: expected another key than the stream's for the hash of started hops");
}

}  // namespace
}  // namespace fleet::exporters::a2a
