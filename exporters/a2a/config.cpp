#include "exporters/a2a/config.hpp"

#include <algorithm>

#include "exporters/a2a/hop.hpp"

namespace fleet::exporters::a2a {
namespace {

using config::Mapping;
using config::Value;
using std::chrono::milliseconds;

constexpr std::string_view otlp_feed = "otlp";

std::string name_or(const Mapping& mapping, std::string_view key, std::string fallback) {
  auto const value = mapping.optional(key);
  return value ? value->non_empty_text() : std::move(fallback);
}

HopSettings read_hops(const std::optional<Value>& value) {
  HopSettings hops;
  if (value) {
    auto const mapping = value->mapping(
        {"stream", "started", "group", "consumer", "checkpoint", "max_pairs", "remembered_hops"});
    hops.stream = name_or(mapping, "stream", hops.stream);
    hops.started = name_or(mapping, "started", hops.stream + ":started");
    hops.group = name_or(mapping, "group", hops.group);
    hops.consumer = name_or(mapping, "consumer", hops.consumer);
    hops.checkpoint = name_or(mapping, "checkpoint", "");
    hops.max_pairs = static_cast<std::size_t>(mapping.integer_or("max_pairs", 500, 1, 10'000));
    hops.remembered_hops =
        static_cast<std::size_t>(mapping.integer_or("remembered_hops", 100'000, 1'000, 10'000'000));
    if (hops.checkpoint == hops.stream || hops.checkpoint == hops.started) {
      mapping.required("checkpoint")
          .fail("expected a key of its own for the checkpoint, not the stream or the hash of started hops");
    }
    if (hops.started == hops.stream) {
      mapping.required("started").fail("expected another key than the stream's for the hash of started hops");
    }
  }
  if (hops.checkpoint.empty()) hops.checkpoint = hops.stream + ":checkpoint:" + hops.group;
  return hops;
}

LatencySettings read_latency(const std::optional<Value>& value) {
  LatencySettings latency;
  if (!value) return latency;
  auto const mapping = value->mapping({"quantile", "window"});
  if (auto const quantile = mapping.optional("quantile")) {
    latency.quantile = quantile->number(0, 1);
    if (latency.quantile <= 0) quantile->fail("expected a quantile above 0 and at most 1, such as 0.95");
  }
  if (auto const window = mapping.optional("window")) {
    latency.window = window->duration(std::chrono::seconds(1), std::chrono::hours(1));
  }
  return latency;
}

AgentSettings read_agents(const std::optional<Value>& value) {
  AgentSettings agents;
  if (!value) return agents;
  auto const mapping = value->mapping({"up_within", "forget_after"});
  agents.up_within = mapping.duration_or("up_within", agents.up_within, std::chrono::seconds(1));
  agents.forget_after = mapping.duration_or("forget_after", agents.forget_after, std::chrono::seconds(1));
  if (agents.forget_after < agents.up_within) {
    mapping.optional("forget_after")
        .value_or(*value)
        .fail("expected forget_after to be no shorter than up_within");
  }
  return agents;
}

Source read_source(const Value& value) {
  auto const mapping = value.mapping({"name", "redis", "hops"});
  auto const name = mapping.required("name");
  Source source;
  source.name = name.non_empty_text();
  if (!is_agent_name(source.name)) name.fail("expected a name of at most 64 plain characters");
  if (source.name == otlp_feed) name.fail("expected another name, `otlp` is that of the spans");
  source.redis = redis::read_options(mapping.required("redis"), "a2a_exporter");
  source.hops = read_hops(mapping.optional("hops"));
  return source;
}

/// Whether the two would take each other's records, or overwrite each other's counts.
bool collide(const Source& one, const Source& other) {
  if (one.redis.address() != other.redis.address() || one.redis.database != other.redis.database) return false;
  bool const same_group = one.hops.stream == other.hops.stream && one.hops.group == other.hops.group;
  return same_group || one.hops.checkpoint == other.hops.checkpoint;
}

void read_sources(const Value& value, std::vector<Source>& sources) {
  for (auto const& entry : value.list()) {
    auto source = read_source(entry);
    for (auto const& other : sources) {
      if (other.name == source.name) entry.fail("expected another name, `" + source.name + "` is taken");
      if (collide(source, other)) {
        entry.fail("expected a group and a checkpoint of its own, they are those of " +
                   (other.name.empty() ? "`redis`" : "`" + other.name + "`"));
      }
    }
    sources.push_back(std::move(source));
  }
}

}  // namespace

Settings read_settings(const config::Document& document) {
  auto const root = document.root().mapping({"redis", "hops", "sources", "otlp", "latency", "agents"});
  auto const redis = root.optional("redis"), hops = root.optional("hops"), sources = root.optional("sources"),
             otlp = root.optional("otlp");
  Settings settings;
  if (redis || hops || (!sources && !otlp)) {
    settings.sources.push_back(
        {"", redis::read_options(root.required("redis"), "a2a_exporter"), read_hops(hops)});
  }
  if (sources) read_sources(*sources, settings.sources);
  if (otlp) settings.otlp = read_otlp(*otlp);
  settings.page.latency = read_latency(root.optional("latency"));
  settings.page.agents = read_agents(root.optional("agents"));
  return settings;
}

}  // namespace fleet::exporters::a2a
