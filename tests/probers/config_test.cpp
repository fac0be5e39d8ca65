#include "probers/slo_prober/config.hpp"

#include <catch2/catch.hpp>

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

TEST_CASE("the shipped example is valid") {
  auto const fleet = read_fleet(config::Document::load(FLEET_SOURCE_DIR "/probers/slo_prober/prober.yml"));
  REQUIRE(fleet.probes.size() == 3);
  CHECK(fleet.probes[0].identity == Identity{"unified-interface", "healthz"});
  CHECK(fleet.probes[0].interval == 10s);
  CHECK(fleet.probes[2].agent == "orchestrator");
  CHECK(fleet.latency.window == 60s);
}

TEST_CASE("defaults: the timeout never exceeds the interval unless it is asked to") {
  auto const fleet = read_fleet(config::Document::parse(
      "probes:\n- {name: a, type: http, interval: 2s, targets: [{url: 'http://h/x'}]}\n"
      "- {name: b, type: http, interval: 1s, timeout: 2500ms, targets: [{url: 'http://h/x'}]}\n",
      "f.yml"));
  CHECK(fleet.probes[0].timeout == 2s);
  CHECK(fleet.probes[0].overlap() == 1);
  CHECK(fleet.probes[0].identity.target == "http://h/x");
  CHECK(fleet.probes[1].overlap() == 3);
}
