#include "exporters/a2a/config.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/servers/process.hpp"

namespace fleet::exporters::a2a {
namespace {

Settings parse(const std::string& text) { return read_settings(config::Document::parse(text, "a2a.yml")); }

TEST_CASE("only the address is needed") {
  auto const settings = parse("redis: {address: \"10.0.0.1:7000\"}\n");
  REQUIRE(settings.sources.size() == 1);
  auto const& source = settings.sources[0];
  CHECK(source.name.empty());
  CHECK(source.redis.address() == "10.0.0.1:7000");
  CHECK(source.hops.stream == "a2a:hops");
  CHECK(source.hops.started == "a2a:hops:started");
  CHECK(source.hops.group == "a2a-exporter");
  CHECK(source.hops.checkpoint == "a2a:hops:checkpoint:a2a-exporter");
  CHECK(settings.page.latency.quantile == 0.95);
  CHECK(settings.page.latency.window == std::chrono::seconds(60));
  CHECK_FALSE(settings.otlp);
}

TEST_CASE("the keys beside a stream of another name follow it") {
  auto const settings = parse("redis: {address: h:1}\nhops: {stream: s, group: g}\n");
  CHECK(settings.sources.at(0).hops.started == "s:started");
  CHECK(settings.sources.at(0).hops.checkpoint == "s:checkpoint:g");
}

TEST_CASE("the commented example and the demo's file are good") {
  ::setenv("FLEET_PORT_REDIS_COORDINATOR", "9733", 1);
  std::string const source = FLEET_SOURCE_DIR;
  auto const example = read_settings(config::Document::load(source + "/exporters/a2a/a2a.yml"));
  // What it shows is the default.
  auto const plain = parse("redis: {address: redis-coordinator-svc:6379}\n");
  CHECK(example.sources == plain.sources);
  CHECK(example.page.latency.window == plain.page.latency.window);
  CHECK(example.page.agents.up_within == plain.page.agents.up_within);
  CHECK(example.page.agents.forget_after == plain.page.agents.forget_after);
  CHECK_FALSE(example.otlp);
  auto const demo = read_settings(config::Document::load(source + "/demo/config/a2a.yml"));
  CHECK(demo.sources.at(0).redis.address() == "127.0.0.1:9733");
}

/// The example with the lines below `#otlp:` in use.
std::string with_otlp(std::string text) {
  auto const begin = text.find("\n#otlp:");
  REQUIRE(begin != text.npos);
  for (auto at = begin; at != text.npos && text[at + 1] == '#'; at = text.find('\n', at + 1)) {
    text.erase(at + 1, 1);
  }
  return text;
}

TEST_CASE("the example's part for spans shows the defaults") {
  std::string const file = std::string(FLEET_SOURCE_DIR) + "/exporters/a2a/a2a.yml";
  auto const shown = parse(with_otlp(testing::read_text(file)));
  auto const plain = parse("otlp:\n");
  CHECK(plain.sources.empty());
  REQUIRE(shown.otlp);
  REQUIRE(plain.otlp);
  auto const &a = *shown.otlp, &b = *plain.otlp;
  CHECK(a.listen_addresses == b.listen_addresses);
  CHECK(a.max_body == b.max_body);
  CHECK(a.max_connections == b.max_connections);
  CHECK(a.wait == b.wait);
  CHECK(a.max_waiting == b.max_waiting);
  CHECK(a.remembered_spans == b.remembered_spans);
  CHECK(a.max_pairs == b.max_pairs);
  CHECK(a.agent_attributes == b.agent_attributes);
  CHECK(a.clocks_in_step == b.clocks_in_step);
  CHECK(a.count_hops == b.count_hops);
  auto const described = [](const OtlpSettings& otlp) {
    std::string text;
    auto const add = [&text](const std::shared_ptr<const re2::RE2>& regex) {
      text += " " + (regex ? regex->pattern() : std::string("-"));
    };
    for (auto const& rule : otlp.rules) {
      text += "\n" + rule.attribute;
      add(rule.matches);
      add(rule.name);
    }
    return text;
  };
  CHECK(described(a) == described(b));
}

TEST_CASE("several sources stand beside the one of redis and hops") {
  auto const settings = parse(
      "redis: {address: h:1}\n"
      "sources:\n"
      "  - {name: perth, redis: {address: \"h:1\"}, hops: {stream: p}}\n"
      "  - {name: hobart, redis: {address: \"g:1\"}}\n");
  REQUIRE(settings.sources.size() == 3);
  CHECK(settings.sources[0].name.empty());
  CHECK(settings.sources[1].name == "perth");
  CHECK(settings.sources[1].hops.checkpoint == "p:checkpoint:a2a-exporter");
  CHECK(settings.sources[2].redis.address() == "g:1");
  CHECK(parse("sources: [{name: a, redis: {address: h}}]\n").sources.size() == 1);
}

TEST_CASE("what cannot be meant is refused at its place") {
  CHECK_THROWS_WITH(parse("redis: {address: h:1}\nlatency: {quantile: 0}\n"),
                    "a2a.yml:2:21: expected a quantile above 0 and at most 1, such as 0.95");
  CHECK_THROWS_WITH(parse("redis: {address: h:1}\nhops: {started: a2a:hops}\n"),
                    "a2a.yml:2:17: expected another key than the stream's for the hash of started hops");
}

}  // namespace
}  // namespace fleet::exporters::a2a
