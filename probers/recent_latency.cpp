#include "probers/recent_latency.hpp"

#include <algorithm>
#include <vector>

#include "core/metrics/nearest_rank.hpp"

namespace fleet::probers {

void RecentLatency::add(Clock::time_point completed, std::chrono::nanoseconds duration) {
  recent_.emplace_back(completed, duration);
  while (recent_.front().first <= completed - window_) recent_.pop_front();
}

std::optional<std::chrono::nanoseconds> RecentLatency::quantile(Clock::time_point now, double q) {
  while (!recent_.empty() && recent_.front().first <= now - window_) recent_.pop_front();
  if (recent_.empty()) return std::nullopt;
  std::vector<std::chrono::nanoseconds> sorted;
  sorted.reserve(recent_.size());
  for (auto const& entry : recent_) sorted.push_back(entry.second);
  auto const nth = sorted.begin() + static_cast<std::ptrdiff_t>(nearest_rank(q, sorted.size()) - 1);
  std::nth_element(sorted.begin(), nth, sorted.end());
  return *nth;
}

}  // namespace fleet::probers
