// Failovers as this program sees them: who was primary, since when, and how long nobody was.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace fleet::exporters::postgres {

/// What one server said of itself at one moment.
struct Sighting {
  std::string server;
  std::string cluster;  ///< which servers can take each other's place; "" while it is unknown
  bool reachable = false;
  bool primary = false;  ///< only of a server that is reachable, as timeline
  std::uint32_t timeline = 0;
};

/// What is known of a cluster. Times are of this program's observations, one a scrape: a failover between two
/// scrapes is seen as its end, and how long it took is known from above, not exactly.
struct ClusterState {
  std::size_t members = 0, primaries = 0;  ///< servers of the cluster; those that say that they are primary
  std::string primary;                     ///< the last one seen; of several that of the newest timeline
  std::uint32_t timeline = 0;              ///< the newest one seen
  std::uint64_t primary_changes = 0, timeline_changes = 0;
  double without_primary = 0;        ///< seconds since a primary was seen; 0 while there is one
  double without_primary_total = 0;  ///< seconds between the last sight of a primary and the next, of all times
  std::optional<double> last_failover;  ///< the same of the last time that another server became primary
};

/// Follows any number of clusters. Plain data in, plain data out; not thread-safe.
class ClusterWatch {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  /// One round of sightings, of every server. Servers without a cluster are left out.
  void observe(Instant now, std::span<const Sighting> sightings);
  const std::map<std::string, ClusterState>& clusters() const { return states_; }

 private:
  struct Times {
    Instant observed, primary_seen;
    bool present = true;
  };
  void judge(Instant now, const std::string& cluster, std::span<const Sighting> sightings);
  std::map<std::string, ClusterState> states_;
  std::map<std::string, Times> times_;
};

}  // namespace fleet::exporters::postgres
