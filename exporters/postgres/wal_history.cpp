#include "exporters/postgres/wal_history.hpp"

#include <algorithm>

namespace fleet::exporters::postgres {
namespace {

constexpr std::size_t kObservations = 2048;
constexpr std::size_t kRemembered = 64;

double seconds_between(Instant from, Instant to) { return std::chrono::duration<double>(to - from).count(); }

}  // namespace

void WalHistory::observe(Instant now, Lsn position) {
  if (!seen_.empty() && position < seen_.back().position) seen_.clear();
  if (seen_.size() >= 2 && seen_.back().position == position && seen_[seen_.size() - 2].position == position) {
    seen_.back().when = now;  // An idle primary needs only the ends of its idle time.
    return;
  }
  seen_.push_back({now, position});
  if (seen_.size() <= kObservations) return;
  // Thin out the older half: what is long ago need not be known to the second.
  std::deque<Seen> kept;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (i >= kObservations / 2 || i % 2 == 0) kept.push_back(seen_[i]);
  }
  seen_.swap(kept);
}

std::optional<double> WalHistory::since_at(Lsn position, Instant now) const {
  auto const after = std::upper_bound(seen_.begin(), seen_.end(), position,
                                      [](Lsn wanted, const Seen& seen) { return wanted < seen.position; });
  if (after == seen_.begin()) return std::nullopt;
  return seconds_between(std::prev(after)->when, now);
}

double WalHistory::length(Instant now) const {
  return seen_.empty() ? 0 : seconds_between(seen_.front().when, now);
}

std::optional<Lsn> WalHistory::before(Instant now) const {
  for (auto seen = seen_.rbegin(); seen != seen_.rend(); ++seen) {
    if (seen->when < now) return seen->position;
  }
  return std::nullopt;
}

double seconds_behind(const WalHistory& history, Instant now, Lsn current, Lsn position,
                      std::optional<double> measured) {
  if (position >= current) return 0;
  auto const bound = history.since_at(position, now);
  if (!bound) return std::max(measured.value_or(0), history.length(now));
  auto const before = history.before(now);
  bool const keeps_up = before && position >= *before;
  return keeps_up && measured ? std::min(*measured, *bound) : *bound;
}

std::optional<RecoveryPoint> RecoveryPointView::judge(Instant now, Lsn current,
                                                      std::span<const Replica> replicas,
                                                      std::span<const Lsn> parked) {
  history_.observe(now, current);
  std::optional<RecoveryPoint> best;
  auto const consider = [&](double seconds, Lsn position) {
    double const bytes = position < current ? static_cast<double>(current - position) : 0;
    if (!best || seconds < best->seconds) best = RecoveryPoint{seconds, bytes};
  };
  for (const Replica& replica : replicas) {
    if (last_flushed_.size() < kRemembered || last_flushed_.contains(replica.name)) {
      last_flushed_[replica.name] = replica.flushed;
    }
    double const behind = seconds_behind(history_, now, current, replica.flushed, replica.flush_lag);
    consider(replica.synchronous ? 0 : behind, replica.synchronous ? current : replica.flushed);
  }
  for (const auto& [name, flushed] : last_flushed_) {
    bool const present = std::any_of(replicas.begin(), replicas.end(),
                                     [&](const Replica& replica) { return replica.name == name; });
    if (!present) consider(seconds_behind(history_, now, current, flushed, std::nullopt), flushed);
  }
  for (Lsn const position : parked) {
    consider(seconds_behind(history_, now, current, position, std::nullopt), position);
  }
  return best;
}

}  // namespace fleet::exporters::postgres
