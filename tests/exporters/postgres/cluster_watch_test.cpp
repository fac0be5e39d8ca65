// Failovers, judged from sightings.
#include "exporters/postgres/cluster_watch.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace fleet::exporters::postgres {
namespace {

ClusterWatch::Instant at(int seconds) {
  return ClusterWatch::Instant(std::chrono::hours(1) + std::chrono::seconds(seconds));
}

Sighting primary(const std::string& server, std::uint32_t timeline) {
  return {server, "c", true, true, timeline};
}
Sighting replica(const std::string& server) { return {server, "c", true, false, 0}; }
Sighting gone(const std::string& server) { return {server, "c", false, false, 0}; }

class Watched {
 public:
  const ClusterState& see(int seconds, std::vector<Sighting> sightings) {
    watch_.observe(at(seconds), sightings);
    return watch_.clusters().at("c");
  }

 private:
  ClusterWatch watch_;
};

}  // namespace

TEST_CASE("a cluster that stays as it is counts nothing") {
  Watched watched;
  watched.see(0, {primary("a", 1), replica("b")});
  auto const& state = watched.see(15, {primary("a", 1), replica("b")});
  CHECK(state.members == 2);
  CHECK(state.primaries == 1);
  CHECK(state.primary == "a");
  CHECK(state.timeline == 1);
  CHECK(state.primary_changes == 0);
  CHECK(state.timeline_changes == 0);
  CHECK(state.without_primary == 0);
  CHECK(state.without_primary_total == 0);
  CHECK_FALSE(state.last_failover);
}

TEST_CASE("a failover: nobody is primary, then another is") {
  Watched watched;
  watched.see(0, {primary("a", 1), replica("b")});
  CHECK(watched.see(15, {gone("a"), replica("b")}).without_primary == 15);
  auto const& during = watched.see(30, {gone("a"), replica("b")});
  CHECK(during.primaries == 0);
  CHECK(during.without_primary == 30);
  CHECK(during.without_primary_total == 30);
  CHECK(during.primary == "a");
  auto const& after = watched.see(45, {gone("a"), primary("b", 2)});
  CHECK(after.primary == "b");
  CHECK(after.primary_changes == 1);
  CHECK(after.timeline_changes == 1);
  CHECK(after.without_primary == 0);
  CHECK(after.without_primary_total == 45);
  CHECK(after.last_failover == 45);
  CHECK(watched.see(60, {replica("a"), primary("b", 2)}).without_primary_total == 45);
}

TEST_CASE("a switch between two observations is seen as its end") {
  Watched watched;
  watched.see(0, {primary("a", 1), replica("b")});
  auto const& state = watched.see(15, {replica("a"), primary("b", 2)});
  CHECK(state.primary_changes == 1);
  CHECK(state.last_failover == 15);
  CHECK(state.without_primary_total == 0);
}

TEST_CASE("a primary that only restarts is no failover") {
  Watched watched;
  watched.see(0, {primary("a", 1), replica("b")});
  watched.see(15, {gone("a"), replica("b")});
  auto const& state = watched.see(30, {primary("a", 1), replica("b")});
  CHECK(state.primary_changes == 0);
  CHECK(state.timeline_changes == 0);
  CHECK(state.without_primary_total == 30);
  CHECK_FALSE(state.last_failover);
}

TEST_CASE("two primaries: the newer timeline counts, and the old one's return changes nothing") {
  Watched watched;
  watched.see(0, {primary("a", 1), replica("b")});
  auto const& split = watched.see(15, {primary("a", 1), primary("b", 2)});
  CHECK(split.primaries == 2);
  CHECK(split.primary == "b");
  CHECK(split.primary_changes == 1);
  auto const& gone_again = watched.see(30, {primary("a", 1), gone("b")});
  CHECK(gone_again.primary == "a");
  CHECK(gone_again.timeline == 2);
  CHECK(gone_again.timeline_changes == 1);
}

TEST_CASE("never a primary: counted from the first look on") {
  Watched watched;
  CHECK(watched.see(0, {replica("b")}).without_primary == 0);
  auto const& state = watched.see(20, {replica("b")});
  CHECK(state.without_primary == 20);
  CHECK(state.primary.empty());
  CHECK(watched.see(30, {primary("b", 3)}).primary_changes == 0);
}

TEST_CASE("clusters are apart, and a server of none is left out") {
  ClusterWatch watch;
  std::vector<Sighting> const both{
      {"a", "one", true, true, 1}, {"b", "two", true, true, 7}, {"x", "", false, false, 0}};
  watch.observe(at(0), both);
  CHECK(watch.clusters().size() == 2);
  CHECK(watch.clusters().at("two").timeline == 7);
  CHECK(watch.clusters().at("one").members == 1);
}

}  // namespace fleet::exporters::postgres
