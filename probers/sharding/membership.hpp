// The replicas of one prober find each other, and take turns, through leases in Redis.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/metrics/instruments.hpp"
#include "core/redis/connection.hpp"
#include "probers/sharding/shard.hpp"

namespace fleet::probers {

struct MembershipOptions {
  redis::Options redis;
  std::string key_prefix = "slo_prober";
  /// A replica that has not renewed for this long is gone. Renewed four times as often.
  std::chrono::milliseconds lease{8'000};
};

/// One replica's membership. The protocol: a sorted set of members by the time at which their lease ends, by the clock of
/// the Redis server alone; a script renews this member, drops those that have expired and answers who is there. A dead replica's
/// targets are therefore taken over within a lease and a quarter. A replica counts its own lease from the instant
/// *before* it asked for it, on its steady clock, so it ends no later here than there; one that was frozen
/// finds it expired and does not probe before it has renewed. (The reasoning of Gray and Cheriton, "Leases", 1989.)
///
/// If Redis cannot be reached, nobody's share can change there either: after its lease has ended and a renewal has failed,
/// a replica goes on with the last share it knew (all targets, if it never knew one) and says so in
/// slo_prober_isolated; a prober that is blind whenever Redis is down would be worse than two probing one target.
/// Exclusive probes stop while isolated.
///
/// Leases of exclusive probes are keys of their own, taken by SET-if-absent in the same script and numbered by one rising counter
/// (fencing token), renewed with the membership. All members but may_probe() on one io thread.
class Membership {
 public:
  /// Called when the shares change.
  using Changed = std::function<void(const Shard&)>;

  Membership(asio::any_io_executor executor, MembershipOptions options, Instruments& instruments, Changed changed);
  ~Membership();
  void start();
  /// Gives up membership and leases at once (a SIGTERM should not cost the others a lease). Bounded by the deadline.
  awaitable<void> leave(Deadline deadline);
  /// The exclusive probes whose leases this replica wants from now on, "probe/target".
  void want_leases(std::vector<std::string> names);
  /// Whether targets of this replica's share may be probed now. Any thread.
  bool may_probe() const;
  /// Whether the lease of that exclusive probe is held now.
  bool holds(const std::string& name) const;
  const std::string& id() const;

 private:
  struct State;
  static awaitable<void> run(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace fleet::probers
