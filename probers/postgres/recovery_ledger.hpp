// What canary writes tell of an outage and of the failover that ended it: how long, and what was lost.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fleet::probers {

/// Which server took a write. Two are the same if nothing that is known of both differs.
struct PrimaryIdentity {
  std::string node;            ///< "host:port"
  std::uint32_t timeline = 0;  ///< 0: not known
  std::string started;         ///< when the server process began, as text; "" not known
};
bool same_primary(const PrimaryIdentity& a, const PrimaryIdentity& b);

/// A write that was confirmed and is gone.
struct LostCanary {
  std::int64_t sequence;
  std::chrono::nanoseconds age;  ///< from its confirmation to the discovery that it is gone
};

/// One recovery, as a client with the probe's rhythm saw it. Times are the prober's steady clock, so the
/// figures have the grain of the probe's interval; the `_at_most` ones are what no user can have exceeded.
struct RecoveryObservation {
  PrimaryIdentity before, after;
  bool moved() const { return before.node != after.node; }

  /// From the beginning of the first write that failed after a confirmed one to the confirmation of the next
  /// one. Absent if no write failed: the primary moved between two of them.
  std::optional<std::chrono::nanoseconds> rto;
  /// From the last confirmation before to the first one after.
  std::chrono::nanoseconds rto_at_most{0};

  /// From the confirmation of the oldest lost canary to that of the last one before the failure: all writes
  /// that were confirmed in between are gone. 0 if none is lost, or a single one.
  std::chrono::nanoseconds rpo{0};
  /// From the confirmation of the newest canary that survived and is older than every lost one to the first
  /// sign of failure (the beginning of the first failed write or, without one, of the first confirmed one
  /// after): nothing older than that is gone. Absent if no such canary is known any more.
  std::optional<std::chrono::nanoseconds> rpo_at_most;
  std::vector<LostCanary> lost;  ///< oldest first
  std::size_t checked = 0;       ///< confirmed canaries that were looked for
};

/// The memory of one canary. Knows no server and no clock: it is told what happened and when. Attempts may
/// overlap; sequence numbers rise in the order in which writes begin. An outage begins with a failed write that
/// began after the last confirmation, and is over when one that began after it is confirmed: of two that
/// overlapped, neither says what came later. One io thread.
class RecoveryLedger {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Remembers the newest `keep` confirmed canaries, at least 2.
  explicit RecoveryLedger(std::size_t keep);

  /// A write was confirmed. `previous_gone`: newest() was looked for beside it and is not there.
  void confirm(std::int64_t sequence, Time begun, Time confirmed, const PrimaryIdentity& by,
               bool previous_gone = false);
  /// A write was not confirmed: nobody took it, it was refused, or its answer did not come. It says nothing
  /// without a confirmed one before it, nor if one was confirmed since it began.
  void fail(Time begun);

  /// The newest confirmed canary, to be looked for beside the next write.
  std::optional<std::int64_t> newest() const;
  /// Canaries below this are not remembered: their rows can be deleted.
  std::optional<std::int64_t> oldest() const;

  /// Whether canaries have to be looked for: the primary moved, was restarted, came back or misses one.
  bool must_check() const { return pending_.has_value(); }
  /// Which ones, in rising order: those confirmed before that. They may all be forgotten already.
  std::vector<std::int64_t> due() const;
  /// `present`, of those that were due, are there at `now`. What is gone is forgotten. Nullopt if an
  /// overlapping attempt has told already.
  std::optional<RecoveryObservation> checked(const std::vector<std::int64_t>& present, Time now);

  /// The last recovery.
  const std::optional<RecoveryObservation>& last() const { return last_; }
  /// How often the primary was another node than before.
  std::uint64_t moves() const { return moves_; }
  /// Whether writes fail at present, and since when.
  const std::optional<Time>& failing_since() const { return failing_since_; }

 private:
  // A recovery whose canaries have not been looked for yet.
  struct Pending {
    RecoveryObservation observation;
    std::int64_t last_sequence;  // the last one confirmed before
    Time last_confirmed;
    Time first_sign;
  };

  void recover(Time begun, Time confirmed, const PrimaryIdentity& by);

  std::size_t keep_;
  std::map<std::int64_t, Time> canaries_;
  std::optional<PrimaryIdentity> primary_;
  std::int64_t last_sequence_ = 0;
  Time last_confirmed_{};
  std::optional<Time> failing_since_;
  std::optional<Pending> pending_;
  std::optional<RecoveryObservation> last_;
  std::uint64_t moves_ = 0;
};

}  // namespace fleet::probers
