#include "exporters/a2a/config.hpp"

namespace fleet::exporters::a2a {
namespace {

std::string name_or(const config::Mapping& mapping, std::string_view key, std::string fallback) {
  auto const value = mapping.optional(key);
  return value ? value->non_empty_text() : std::move(fallback);
}

HopSettings read_hops(const std::optional<config::Value>& value) {
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

LatencySettings read_latency(const std::optional<config::Value>& value) {
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

}  // namespace

Settings read_settings(const config::Document& document) {
  auto const root = document.root().mapping({"redis", "hops", "latency"});
  Settings settings;
  settings.redis = redis::read_options(root.required("redis"), "a2a_exporter");
  settings.hops = read_hops(root.optional("hops"));
  settings.latency = read_latency(root.optional("latency"));
  return settings;
}

}  // namespace fleet::exporters::a2a
