// Postgres probe, check `canary`: a write on the primary, read back on every replica, over failovers.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probers/postgres/canary_table.hpp"
#include "probers/postgres/cluster_roles.hpp"
#include "probers/postgres/connection.hpp"
#include "probers/postgres/recovery_ledger.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

namespace facts {
inline constexpr FactKind postgres_primary_info{"probe_postgres_primary_info",
                                                "1 for the server that took the write."};
inline constexpr FactKind postgres_timeline{"probe_postgres_timeline",
                                            "Timeline of the primary; a promotion makes a new one."};
inline constexpr FactKind postgres_replica_lag{
    "probe_postgres_replica_lag_seconds",
    "From the confirmation of the write on the primary to the first read on the replica that saw it."};
inline constexpr FactKind postgres_primary_moves{
    "probe_postgres_primary_moves", "How often another server was primary than before, since the probe began."};
inline constexpr FactKind postgres_canaries_lost{"probe_postgres_canaries_lost",
                                                 "Confirmed writes that were gone after the last recovery."};
inline constexpr FactKind postgres_recovery{"probe_postgres_recovery_seconds",
                                            "Last recovery: from the first failed write after a confirmed one "
                                            "to the next confirmed one (observed RTO)."};
inline constexpr FactKind postgres_recovery_at_most{
    "probe_postgres_recovery_upper_bound_seconds",
    "Last recovery: from the last confirmed write before to the first after it."};
inline constexpr FactKind postgres_rpo{
    "probe_postgres_rpo_seconds",
    "Last recovery: from the oldest lost write to the last one confirmed before the failure (observed RPO)."};
inline constexpr FactKind postgres_rpo_at_most{
    "probe_postgres_rpo_upper_bound_seconds",
    "Last recovery: from the newest write known to have survived to the first sign of failure."};
inline constexpr FactKind postgres_lost_age{
    "probe_postgres_lost_canary_age_seconds",
    "Last recovery: age of the oldest and the newest lost write when it was missed."};
inline constexpr FactKind postgres_clean_success{"probe_postgres_canary_cleanup_success",
                                                 "Whether the last deletion of old canaries succeeded."};
}  // namespace facts

struct CanaryOptions {
  ConnectionOptions connection;
  std::vector<ServerAddress> nodes;  ///< every member of the cluster; empty: the target alone
  std::string table = "slo_prober_canary";
  bool create_table = false;
  std::string prober;       ///< "": the host's name
  std::size_t keep = 1000;  ///< confirmed canaries remembered and rows kept, per probe
  std::chrono::milliseconds max_replica_lag{2000};
  std::optional<std::size_t>
      required_replicas;  ///< that must show each canary in time; absent: all other nodes
  std::chrono::milliseconds connect_timeout{
      2000};  ///< for a node to say what it is; at most half of an attempt
};

/// Each attempt opens a new connection to every node, asks each what it is, writes on the one primary, looks
/// for the canaries of before if the primary moved, was restarted or came back, and reads the new one on every
/// replica. The recovery is kept over attempts and told by recoveries(); its figures are in the facts until the
/// next one. All of that is this object's memory: a probe that replaces it begins anew, under a run of its own.
///
/// Confirmed is what the server confirms under its own synchronous_commit, as to any client; so is a commit
/// whose wait for a standby an administrator cancels. One that the probe itself gave up is not, and its session
/// is ended by the next attempt.
///
/// Steps: roles, write, verify (canary_lost), replicas (canary_late, or why a replica did not answer). Losing
/// the primary is sql_role when other nodes answer. An attempt that finds two primaries writes nothing.
class CanaryProbe : public Probe {
 public:
  /// `target` is the cluster's only node if the options name none, and names the database in either case.
  CanaryProbe(ServerAddress target, std::shared_ptr<const CanaryOptions> options);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

  /// What the probe has seen since it began: for commands that wait for a failover.
  const RecoveryLedger& recoveries() const { return ledger_; }

 private:
  struct Node;
  struct Run;
  awaitable<void> look(std::shared_ptr<Node> node, Deadline limit, Deadline end) const;
  awaitable<void> find_primary(Run& run);
  awaitable<void> write(Run& run);
  awaitable<void> end_abandoned(Run& run);
  awaitable<void> insert(Run& run, std::optional<std::int64_t> previous, bool& previous_gone);
  awaitable<void> verify(Run& run);
  awaitable<void> read_back(Run& run);
  awaitable<void> read_on(std::shared_ptr<Node> replica, Canary canary, Deadline::Clock::time_point confirmed,
                          Deadline deadline) const;
  awaitable<void> clean(Run& run);
  void add_recovery_facts(Facts& facts) const;

  std::vector<ServerAddress> nodes_;
  std::shared_ptr<const CanaryOptions> options_;
  CanaryTable table_;
  CanaryOwner owner_;
  RecoveryLedger ledger_;
  std::int64_t last_sequence_ = 0;
  std::size_t since_cleaned_ = 0;
  std::map<std::string, std::vector<int>> abandoned_;  // by node: processes whose commit was given up
  std::optional<bool> clean_success_;
};

}  // namespace fleet::probers
