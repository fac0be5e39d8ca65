#include "exporters/documents/config.hpp"

namespace fleet::exporters::documents {

namespace {

using namespace std::chrono_literals;
using config::Mapping;

std::string key_or(const Mapping& mapping, std::string_view key, std::string fallback) {
  auto const value = mapping.optional(key);
  return value ? value->non_empty_text() : std::move(fallback);
}

/// Reads a duration into microseconds; what is there is the default.
void read_duration(const Mapping& mapping, std::string_view key, std::chrono::milliseconds min,
                   std::int64_t& into_us) {
  auto const fallback = std::chrono::milliseconds(into_us / 1000);
  into_us = std::chrono::microseconds(mapping.duration_or(key, fallback, min)).count();
}

BatchRules read_rules(const Mapping& mapping) {
  BatchRules rules;
  auto const count_or = [&mapping](std::string_view key, std::size_t fallback, std::int64_t max) {
    return static_cast<std::size_t>(mapping.integer_or(key, static_cast<std::int64_t>(fallback), 1, max));
  };
  read_duration(mapping, "linger", 0ms, rules.linger_us);
  read_duration(mapping, "stuck_after", 1s, rules.stuck_after_us);
  read_duration(mapping, "abandon_after", 1min, rules.abandon_after_us);
  rules.large_size = mapping.integer_or("large_size", rules.large_size, 1, 1'000'000'000);
  read_duration(mapping, "objective", 1s, rules.objective_us);
  rules.recent_batches = count_or("recent_batches", rules.recent_batches, RecentBatches::most);
  read_duration(mapping, "recent_within", 1s, rules.recent_within_us);
  rules.max_pipelines = count_or("max_pipelines", rules.max_pipelines, 10'000);
  rules.max_stages = count_or("max_stages", rules.max_stages, 1'000);
  if (rules.abandon_after_us <= rules.stuck_after_us) {
    mapping.optional("abandon_after")
        .value_or(mapping.self())
        .fail("expected abandon_after to be longer than stuck_after");
  }
  return rules;
}

QueueRules read_queue_rules(const Mapping& mapping) {
  QueueRules rules;
  read_duration(mapping, "stuck_after", 1s, rules.stuck_after_us);
  rules.poison_attempts = mapping.integer_or("poison_attempts", rules.poison_attempts, 1, 1'000'000);
  rules.scan =
      static_cast<std::size_t>(mapping.integer_or("scan", static_cast<std::int64_t>(rules.scan), 1, 10'000));
  return rules;
}

}  // namespace

bool same_source(const Settings& a, const Settings& b) { return a.redis == b.redis && a.batches == b.batches; }

Settings read_settings(const config::Document& document) {
  auto const root = document.root().mapping({"redis", "queue", "queue_entries", "batches"});
  Settings settings;
  settings.redis = redis::read_options(root.required("redis"), "document_exporter");
  settings.queue = key_or(root, "queue", settings.queue);
  if (auto const value = root.optional("queue_entries")) {
    settings.queue_rules = read_queue_rules(value->mapping({"stuck_after", "poison_attempts", "scan"}));
  }
  if (auto const value = root.optional("batches")) {
    auto const mapping = value->mapping({"stream", "group", "consumer", "checkpoint", "linger", "stuck_after",
                                         "abandon_after", "large_size", "objective", "recent_batches",
                                         "recent_within", "max_pipelines", "max_stages"});
    auto& batches = settings.batches;
    batches.stream = key_or(mapping, "stream", batches.stream);
    batches.group = key_or(mapping, "group", batches.group);
    batches.consumer = key_or(mapping, "consumer", batches.consumer);
    batches.checkpoint = key_or(mapping, "checkpoint", batches.stream + ":checkpoint:" + batches.group);
    if (batches.checkpoint == batches.stream || batches.checkpoint == settings.queue) {
      mapping.required("checkpoint").fail("expected a key of its own for the checkpoint");
    }
    settings.rules = read_rules(mapping);
  }
  return settings;
}

}  // namespace fleet::exporters::documents
