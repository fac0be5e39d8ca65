#include "exporters/documents/config.hpp"

#include <catch2/catch.hpp>

using namespace fleet;
using namespace fleet::exporters::documents;

TEST_CASE("the shipped example says the defaults") {
  auto const example =
      read_settings(config::Document::load(FLEET_SOURCE_DIR "/exporters/documents/documents.yml"));
  auto const shortest =
      read_settings(config::Document::parse("redis:\n  address: redis-queue-svc:6379\n", "f.yml"));
  CHECK(same_source(example, shortest));
  CHECK(example.queue == shortest.queue);
  CHECK(example.rules.linger_us == shortest.rules.linger_us);
  CHECK(example.rules.stuck_after_us == shortest.rules.stuck_after_us);
  CHECK(example.rules.abandon_after_us == shortest.rules.abandon_after_us);
  CHECK(example.rules.large_size == shortest.rules.large_size);
  CHECK(example.rules.max_pipelines == shortest.rules.max_pipelines);
  CHECK(example.rules.max_stages == shortest.rules.max_stages);
  CHECK(example.rules.objective_us == shortest.rules.objective_us);
  CHECK(example.rules.recent_batches == shortest.rules.recent_batches);
  CHECK(example.rules.recent_within_us == shortest.rules.recent_within_us);
  CHECK(example.queue_rules.stuck_after_us == shortest.queue_rules.stuck_after_us);
  CHECK(example.queue_rules.poison_attempts == shortest.queue_rules.poison_attempts);
  CHECK(example.queue_rules.scan == shortest.queue_rules.scan);
}

TEST_CASE("a key that is left out keeps its default, whichever other is given") {
  auto const rules =
      read_settings(config::Document::parse("redis: {address: r}\nbatches: {max_pipelines: 7}\n", "f.yml"))
          .rules;
  CHECK(rules.max_pipelines == 7);
  CHECK(rules.linger_us == 300'000'000);
  CHECK(rules.stuck_after_us == 600'000'000);
  CHECK(rules.abandon_after_us == 86'400'000'000);
  CHECK(rules.large_size == 500);
}

TEST_CASE("durations are read in their units") {
  auto const text = "redis: {address: r}\nbatches: {linger: 1500ms, stuck_after: 2m, abandon_after: 1d}\n";
  auto const rules = read_settings(config::Document::parse(text, "f.yml")).rules;
  CHECK(rules.linger_us == 1'500'000);
  CHECK(rules.stuck_after_us == 120'000'000);
  CHECK(rules.abandon_after_us == 86'400'000'000);
}
