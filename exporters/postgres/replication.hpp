// Replicas, their lag, what would be lost, and replication slots.
#pragma once

#include <optional>
#include <string_view>

#include "exporters/postgres/subject.hpp"
#include "exporters/postgres/wal_history.hpp"

namespace fleet::exporters::postgres {

/// What a replica says of itself.
struct Standby {
  bool in_recovery = false;
  std::optional<Lsn> received, replayed;
  std::optional<double> replay_age;  ///< seconds since the last replayed transaction committed
  bool streaming = false;            ///< its WAL receiver is connected
};

/// Seconds that a server is behind its primary: 0 on a primary, and on a replica that has replayed all it
/// received while its WAL receiver is connected (an idle primary sends nothing, which is no lag); else the age
/// of the last replayed transaction. Before one was replayed, `observed`: how long ago what is not yet replayed
/// had not arrived. nullopt if nothing is known.
std::optional<double> replica_lag_seconds(const Standby& standby,
                                          std::optional<double> observed = std::nullopt);

/// On a primary: pg_stat_replication_*, pg_replication_rpo_*; on a replica: pg_replication_lag*, its WAL
/// receiver; on both: slots.
class Replication : public Subject {
 public:
  explicit Replication(std::shared_ptr<Instance> instance) : Subject("replication", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  void add_standby(const Rows& rows, Instant now, Families& out);
  void add_recovery_point(const Rows& replicas, const Rows& slots, Instant now, Lsn current, Families& out);
  RecoveryPointView recovery_point_;
  WalHistory received_;  // on a replica
};

}  // namespace fleet::exporters::postgres
