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
}
