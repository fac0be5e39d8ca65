#include "probers/status/board.hpp"

#include <set>

namespace fleet::probers::status {

LastResult last_result(const ProbeResult& result, Instant at) {
  LastResult last;
  last.outcome = result.outcome;
  last.reason = result.reason;
  last.step = result.step;
  last.detail = result.detail;
  last.phases = result.phases;
  last.duration = result.duration;
  // Whoever looks into a failure wants to find it in the target's own traces.
  if (result.outcome != Outcome::good) last.trace_id = result.trace.trace_id();
  last.at = at;
  return last;
}

std::string_view to_string(Standing standing) {
  static constexpr std::string_view words[] = {"good", "bad", "unknown", "waiting", "paused", "silent"};
  return words[static_cast<std::size_t>(standing)];
}

Standing Board::Row::standing(Instant now) const {
  if (!target.windows.open(now)) return Standing::paused;
  if (!last) return Standing::waiting;
  if (now - last->at > 3 * target.interval + target.timeout + std::chrono::seconds(1)) return Standing::silent;
  if (last->outcome == Outcome::good) return Standing::good;
  return last->outcome == Outcome::bad ? Standing::bad : Standing::unknown;
}

Change Board::take(Observation observation) {
  auto const found = rows_.find({observation.probe, observation.target});
  if (found == rows_.end()) return Change::none;
  auto& row = found->second;
  auto& result = observation.result;
  bool const same = row.last && row.last->outcome == result.outcome && row.last->reason == result.reason &&
                    row.last->step == result.step;
  if (result.outcome == Outcome::good) row.failing_since.reset();
  if (result.outcome == Outcome::bad && !row.failing_since) row.failing_since = result.at;
  row.last = std::move(result);
  return same ? Change::minor : Change::news;
}

Change Board::take(Share share) {
  std::set<std::pair<std::string, std::string>> mine;
  for (auto& target : share.targets) {
    auto const& key = *mine.emplace(target.probe, target.target).first;
    auto& row = rows_[key];
    row.worker = share.worker;
    row.target = std::move(target);
  }
  std::erase_if(rows_, [&](auto const& entry) {
    return entry.second.worker == share.worker && !mine.contains(entry.first);
  });
  return Change::news;
}

}  // namespace fleet::probers::status
