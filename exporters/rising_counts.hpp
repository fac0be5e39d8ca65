// Counters made of the sizes of things that may shrink.
#pragma once

#include <algorithm>
#include <map>

namespace fleet::exporters {

/// Adds up the growth of counted things by key. Rows of a table may be deleted, a counter must not go down: a
/// total starts at the first size seen and then grows by every growth of the size; shrinking changes nothing.
/// So a row that appears after others were purged is still seen. Growth and shrinkage between two observations
/// offset each other. A value; not thread-safe.
template <class Key>
class RisingCounts {
 public:
  /// Takes the present sizes; a key that is missing has size 0 now. Returns the totals of every key ever seen.
  const std::map<Key, double>& observe(const std::map<Key, double>& sizes) {
    for (auto& [key, last] : last_) {
      if (!sizes.contains(key)) last = 0;
    }
    for (auto const& [key, size] : sizes) {
      auto const [last, is_new] = last_.try_emplace(key, 0);
      totals_[key] += std::max(0.0, size - last->second);
      last->second = size;
    }
    return totals_;
  }

 private:
  std::map<Key, double> last_;
  std::map<Key, double> totals_;
};

}  // namespace fleet::exporters
