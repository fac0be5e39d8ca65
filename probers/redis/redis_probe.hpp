// Redis probe: is it there, does it keep what it is given, does a queue pass things on, do replicas follow.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probers/redis/redis_session.hpp"
#include "probers/redis/replication_state.hpp"

namespace fleet::probers {

/// Everything a probe writes has names of its own below `key_prefix` and expires by itself.
struct RedisProbeOptions {
  RedisAccess access;
  bool set_get = false;      ///< a value is written, read back and deleted
  bool queue = false;        ///< a value goes through a list of its own: enqueued on one connection, dequeued on another
  bool replication = false;  ///< INFO replication against `goal`, and a value seen on each of `replicas`
  ReplicationGoal goal;
  std::vector<HostPort> replicas;
  std::chrono::milliseconds max_lag{1'000};  ///< until a written value is seen on each replica
  std::string key_prefix = "slo_prober:canary:";
};

namespace facts {
inline constexpr FactKind redis_role{"probe_redis_role_info", "Role of the server: master or slave."};
inline constexpr FactKind redis_replicas{"probe_redis_online_replicas", "Replicas that are online, by the master's word."};
inline constexpr FactKind redis_behind{"probe_redis_replica_behind_bytes",
                                       "How far a replica's offset is behind the master's."};
inline constexpr FactKind redis_lag{"probe_redis_replication_lag_seconds",
                                    "From a write on the master until it was read on the replica."};
inline constexpr FactKind redis_queue{"probe_redis_queue_seconds", "From enqueuing a value until it was dequeued."};
}  // namespace facts

/// Always pings first; then what the options name, in the order set_get, queue, replication.
class RedisProbe : public Probe {
 public:
  RedisProbe(HostPort target, std::shared_ptr<const RedisProbeOptions> options);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  awaitable<void> run(Attempt attempt, ProbeResult* result) const;
  awaitable<void> set_and_get(RedisSession* session, Attempt attempt, ProbeResult* result) const;
  awaitable<void> pass_through_queue(RedisSession* session, Attempt attempt, ProbeResult* result) const;
  awaitable<void> check_replication(RedisSession* session, Attempt attempt, ProbeResult* result) const;
  awaitable<void> await_on_replica(HostPort replica, std::string key, std::string value,
                                   Deadline::Clock::time_point written, Attempt attempt, ProbeResult* result) const;
  std::string key(const char* what, const Attempt& attempt) const;

  HostPort target_;
  std::shared_ptr<const RedisProbeOptions> options_;
};

}  // namespace fleet::probers
