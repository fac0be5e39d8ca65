#include "probers/postgres/recovery_ledger.hpp"

#include <algorithm>

namespace fleet::probers {

bool same_primary(const PrimaryIdentity& a, const PrimaryIdentity& b) {
  bool const timeline = a.timeline == b.timeline || a.timeline == 0 || b.timeline == 0;
  bool const started = a.started == b.started || a.started.empty() || b.started.empty();
  return a.node == b.node && timeline && started;
}

RecoveryLedger::RecoveryLedger(std::size_t keep) : keep_(std::max<std::size_t>(keep, 2)) {}

void RecoveryLedger::confirm(std::int64_t sequence, Time begun, Time confirmed, const PrimaryIdentity& by,
                             bool previous_gone) {
  canaries_.emplace(sequence, confirmed);
  bool const overtaken = sequence < last_sequence_;
  bool const changed = primary_ && (previous_gone || !same_primary(*primary_, by));
  // Its server may have taken it before the failure, and its answer been read after.
  bool const overlaps = failing_since_ && begun <= *failing_since_ && !changed;
  if (!overtaken && !overlaps) {
    if (failing_since_ || changed) recover(begun, confirmed, by);
    failing_since_.reset();
    primary_ = by;
    last_confirmed_ = std::max(last_confirmed_, confirmed);
  }
  last_sequence_ = std::max(last_sequence_, sequence);
  while (canaries_.size() > keep_) canaries_.erase(canaries_.begin());
}

void RecoveryLedger::recover(Time begun, Time confirmed, const PrimaryIdentity& by) {
  if (!pending_) pending_ = Pending{{}, last_sequence_, last_confirmed_, failing_since_.value_or(begun)};
  auto& seen = pending_->observation;
  if (seen.before.node.empty()) seen.before = *primary_;
  seen.after = by;
  if (failing_since_) seen.rto = confirmed - *failing_since_;
  seen.rto_at_most = confirmed - last_confirmed_;
  if (primary_->node != by.node) ++moves_;
}

void RecoveryLedger::fail(Time begun) {
  if (!primary_ || begun <= last_confirmed_) return;
  failing_since_ = failing_since_ ? std::min(*failing_since_, begun) : begun;
}

std::optional<std::int64_t> RecoveryLedger::newest() const {
  if (canaries_.empty()) return std::nullopt;
  return canaries_.rbegin()->first;
}

std::optional<std::int64_t> RecoveryLedger::oldest() const {
  if (canaries_.empty()) return std::nullopt;
  return canaries_.begin()->first;
}

std::vector<std::int64_t> RecoveryLedger::due() const {
  std::vector<std::int64_t> sequences;
  if (!pending_) return sequences;
  for (auto const& [sequence, confirmed] : canaries_) {
    if (sequence <= pending_->last_sequence) sequences.push_back(sequence);
  }
  return sequences;
}

std::optional<RecoveryObservation> RecoveryLedger::checked(const std::vector<std::int64_t>& present, Time now) {
  if (!pending_) return std::nullopt;
  auto observation = std::move(pending_->observation);
  std::optional<Time> oldest_lost, newest_safe;
  for (auto const sequence : due()) {
    auto const found = canaries_.find(sequence);
    auto const confirmed = found->second;
    ++observation.checked;
    if (std::find(present.begin(), present.end(), sequence) != present.end()) {
      if (!oldest_lost) newest_safe = confirmed;
      continue;
    }
    if (!oldest_lost) oldest_lost = confirmed;
    observation.lost.push_back({sequence, now - confirmed});
    canaries_.erase(found);
  }
  // Overlapping attempts may be confirmed after the first sign of failure.
  constexpr std::chrono::nanoseconds none{0};
  if (oldest_lost) observation.rpo = std::max(none, pending_->last_confirmed - *oldest_lost);
  if (newest_safe) observation.rpo_at_most = std::max(observation.rpo, pending_->first_sign - *newest_safe);
  pending_.reset();
  last_ = observation;
  return observation;
}

}  // namespace fleet::probers
