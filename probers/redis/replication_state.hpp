// What a Redis server says of its replication.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probers/probe.hpp"

namespace fleet::probers {

/// The section `replication` of INFO.
struct ReplicationState {
  struct Replica {
    std::string address;  ///< host:port
    bool online = false;
    std::int64_t behind_bytes = 0;
  };
  std::string role;  ///< "master" or "slave", Redis' own words
  std::vector<Replica> replicas;
  bool link_up = false;           ///< of a replica
  std::int64_t link_down_seconds = 0;

  std::size_t online() const;
};
ReplicationState read_replication(std::string_view info);

/// What is asked of a server's replication.
struct ReplicationGoal {
  std::string role;                ///< "master", "slave"; empty: either
  std::size_t min_replicas = 0;    ///< online ones, of a master
  std::int64_t max_behind_bytes = -1;  ///< of each online replica; -1: not judged
};
/// What is missed first, as one line; nullopt if nothing is. Pure.
std::optional<std::string> missed_goal(const ReplicationState& state, const ReplicationGoal& goal);

}  // namespace fleet::probers
