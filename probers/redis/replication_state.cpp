#include "probers/redis/replication_state.hpp"

#include <algorithm>

#include "core/io/parse_number.hpp"

namespace fleet::probers {

namespace {

std::int64_t number(std::string_view text) { return parse_number<std::int64_t>(text).value_or(0); }

/// Calls take(name, value) for each "name<between>value" of a text cut at `separator`.
template <class Take>
void each_pair(std::string_view text, char separator, char between, Take take) {
  while (!text.empty()) {
    auto const end = std::min(text.find(separator), text.size());
    auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.ends_with('\r')) item.remove_suffix(1);
    auto const middle = item.find(between);
    if (middle != item.npos) take(item.substr(0, middle), item.substr(middle + 1));
  }
}

bool is_replica_line(std::string_view name) {
  constexpr std::string_view prefix = "slave";
  return name.starts_with(prefix) && name.size() > prefix.size() &&
         name.substr(prefix.size()).find_first_not_of("0123456789") == name.npos;
}

}  // namespace

std::size_t ReplicationState::online() const {
  return static_cast<std::size_t>(
      std::count_if(replicas.begin(), replicas.end(), [](const Replica& replica) { return replica.online; }));
}

ReplicationState read_replication(std::string_view info) {
  ReplicationState state;
  std::int64_t offset = 0;
  std::vector<std::int64_t> offsets;
  each_pair(info, '\n', ':', [&](std::string_view name, std::string_view value) {
    if (name == "role") state.role = value;
    if (name == "master_link_status") state.link_up = value == "up";
    if (name == "master_link_down_since_seconds") state.link_down_seconds = number(value);
    if (name == "master_repl_offset") offset = number(value);
    if (!is_replica_line(name)) return;
    ReplicationState::Replica replica;
    std::string host, port;
    std::int64_t reached = 0;
    each_pair(value, ',', '=', [&](std::string_view key, std::string_view part) {
      if (key == "ip") host = part;
      if (key == "port") port = part;
      if (key == "state") replica.online = part == "online";
      if (key == "offset") reached = number(part);
    });
    replica.address = host + ":" + port;
    state.replicas.push_back(std::move(replica));
    offsets.push_back(reached);
  });
  for (std::size_t i = 0; i < offsets.size(); ++i)
    state.replicas[i].behind_bytes = std::max<std::int64_t>(0, offset - offsets[i]);
  return state;
}

std::optional<std::string> missed_goal(const ReplicationState& state, const ReplicationGoal& goal) {
  if (!goal.role.empty() && state.role != goal.role)
    return "the server is a " + state.role + ", expected a " + goal.role;
  if (state.role == "slave" && !state.link_up)
    return "the link to the master has been down for " + std::to_string(state.link_down_seconds) + " s";
  if (state.role == "master" && state.online() < goal.min_replicas) {
    return std::to_string(state.online()) + " replicas are online, expected at least " +
           std::to_string(goal.min_replicas);
  }
  if (goal.max_behind_bytes < 0) return std::nullopt;
  for (auto const& replica : state.replicas) {
    if (!replica.online || replica.behind_bytes <= goal.max_behind_bytes) continue;
    return "replica " + replica.address + " is " + std::to_string(replica.behind_bytes) +
           " bytes behind, expected at most " + std::to_string(goal.max_behind_bytes);
  }
  return std::nullopt;
}

}  // namespace fleet::probers
