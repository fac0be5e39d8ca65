#include "exporters/postgres/cluster_watch.hpp"

#include <algorithm>
#include <set>

namespace fleet::exporters::postgres {
namespace {

double seconds_between(ClusterWatch::Instant from, ClusterWatch::Instant to) {
  return std::chrono::duration<double>(to - from).count();
}

/// The primary of the newest timeline; of equals the one that was it before, else the first. Null: there is
/// none.
const Sighting* leader(std::span<const Sighting> sightings, const std::string& cluster,
                       const std::string& before) {
  const Sighting* best = nullptr;
  for (const Sighting& seen : sightings) {
    if (seen.cluster != cluster || !seen.reachable || !seen.primary) continue;
    bool const newer = !best || seen.timeline > best->timeline;
    bool const former = best && seen.timeline == best->timeline && seen.server == before;
    if (newer || former) best = &seen;
  }
  return best;
}

}  // namespace

void ClusterWatch::judge(Instant now, const std::string& cluster, std::span<const Sighting> sightings) {
  bool const first = !states_.contains(cluster);
  ClusterState& state = states_[cluster];
  Times& times = times_[cluster];
  if (first) times = {now, now, true};
  state.members = state.primaries = 0;
  for (const Sighting& seen : sightings) {
    if (seen.cluster != cluster) continue;
    ++state.members;
    state.primaries += seen.reachable && seen.primary;
  }
  const Sighting* const now_primary = leader(sightings, cluster, state.primary);
  if (!times.present || !now_primary) state.without_primary_total += seconds_between(times.observed, now);
  times.observed = now;
  times.present = now_primary != nullptr;
  if (!now_primary) {
    state.without_primary = seconds_between(times.primary_seen, now);
    return;
  }
  if (!state.primary.empty() && state.primary != now_primary->server) {
    ++state.primary_changes;
    state.last_failover = seconds_between(times.primary_seen, now);
  }
  if (state.timeline != 0 && now_primary->timeline > state.timeline) ++state.timeline_changes;
  state.timeline = std::max(state.timeline, now_primary->timeline);
  state.primary = now_primary->server;
  state.without_primary = 0;
  times.primary_seen = now;
}

void ClusterWatch::observe(Instant now, std::span<const Sighting> sightings) {
  std::set<std::string> present;
  for (const Sighting& seen : sightings) {
    if (!seen.cluster.empty()) present.insert(seen.cluster);
  }
  for (const std::string& cluster : present) judge(now, cluster, sightings);
}

}  // namespace fleet::exporters::postgres
