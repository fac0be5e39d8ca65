// How far replicas are behind in seconds, judged from what this program saw itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fleet::exporters::postgres {

/// A WAL position, bytes from 0/0.
using Lsn = std::uint64_t;
using Instant = std::chrono::steady_clock::time_point;

/// When the primary stood where, as observed at each scrape. PostgreSQL's own *_lag columns stay at their last
/// value when a replica freezes and are NULL when it is idle, and the clocks of two hosts must not be
/// subtracted; this history needs neither. Bounded: old observations are thinned out. Not thread-safe.
class WalHistory {
 public:
  /// A position below the last one (the server was replaced or promoted) begins a new history.
  void observe(Instant now, Lsn position);
  /// Seconds since the primary was last seen at or before `position`: nothing beyond `position` is older.
  /// nullopt if it was never seen there.
  std::optional<double> since_at(Lsn position, Instant now) const;
  /// Seconds since the first observation; 0 without one.
  double length(Instant now) const;
  /// The last observation made before `now`; nullopt without one.
  std::optional<Lsn> before(Instant now) const;
  std::size_t size() const { return seen_.size(); }

 private:
  struct Seen {
    Instant when;
    Lsn position;
  };
  std::deque<Seen> seen_;
};

/// Seconds of work between `position` and `current`. `measured` is the server's own lag column. 0 when nothing
/// is missing. A replica that has by now what existed at the scrape before keeps up, and the measured value
/// (which is exact, but only true while the replica answers) counts; else the history's upper bound; else,
/// shortly after the start of the program, the larger of what was measured and the length of the history.
double seconds_behind(const WalHistory& history, Instant now, Lsn current, Lsn position,
                      std::optional<double> measured);

/// A place that holds WAL beside the primary: a replica that streams now.
struct Replica {
  std::string name;                 ///< application name and address
  Lsn flushed = 0;                  ///< what it has on disk
  std::optional<double> flush_lag;  ///< seconds, the server's column
  bool synchronous = false;         ///< commits wait for it
};

struct RecoveryPoint {
  double seconds;  ///< age of the oldest committed work that only the primary has
  double bytes;    ///< WAL that only the primary has
};

/// What would be lost if the primary died now and the best replica were promoted. Remembers replicas that went
/// away: their data is where it was, so the loss grows from then on. Not thread-safe.
class RecoveryPointView {
 public:
  /// `parked`: positions of inactive physical slots, each the WAL that an absent replica has certainly flushed.
  /// nullopt if there is and was no replica at all.
  std::optional<RecoveryPoint> judge(Instant now, Lsn current, std::span<const Replica> replicas,
                                     std::span<const Lsn> parked);
  const WalHistory& history() const { return history_; }

 private:
  WalHistory history_;
  std::map<std::string, Lsn, std::less<>> last_flushed_;
};

}  // namespace fleet::exporters::postgres
