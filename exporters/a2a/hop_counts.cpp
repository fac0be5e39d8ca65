#include "exporters/a2a/hop_counts.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fleet::exporters::a2a {

const std::vector<std::int64_t>& latency_bounds_us() {
  static const std::vector<std::int64_t> bounds = [] {
    std::vector<std::int64_t> result;
    for (double const bound : latency_bounds()) result.push_back(std::llround(bound * 1e6));
    return result;
  }();
  return bounds;
}

DurationCounts::DurationCounts() : counts(latency_bounds_us().size() + 1) {}

std::size_t DurationCounts::observe(std::int64_t duration_us) {
  auto const& bounds = latency_bounds_us();
  auto const bucket =
      static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), duration_us) - bounds.begin());
  ++counts[bucket];
  sum_us += static_cast<std::uint64_t>(duration_us);
  return bucket;
}

HistogramData DurationCounts::data() const {
  HistogramData result;
  result.bounds = latency_bounds();
  result.counts = counts;
  result.sum = static_cast<double>(sum_us) / 1e6;
  return result;
}

namespace {

/// "source|target" without an allocation. Names must be valid agent names.
class PairKey {
 public:
  PairKey(std::string_view source, std::string_view target) {
    auto* end = std::copy(source.begin(), source.end(), buffer_);
    *end++ = '|';
    end = std::copy(target.begin(), target.end(), end);
    size_ = static_cast<std::size_t>(end - buffer_);
  }
  operator std::string_view() const { return {buffer_, size_}; }

 private:
  char buffer_[2 * max_agent_name + 1];
  std::size_t size_;
};

}  // namespace

std::uint32_t HopCounts::pair(std::string_view source, std::string_view target, std::size_t max_pairs) {
  PairKey const pair_key(source, target);
  std::string_view const key = pair_key;
  if (auto const found = pair_index_.find(key); found != pair_index_.end()) return found->second;
  if (pairs.size() >= max_pairs && key != "other|other") return pair("other", "other", 0);
  auto const index = static_cast<std::uint32_t>(pairs.size());
  auto& made = pairs.emplace_back();
  made.source = source;
  made.target = target;
  pair_index_.emplace(key, index);
  return index;
}

std::uint32_t HopCounts::target(std::string_view name, std::size_t max_targets) {
  if (auto const found = target_index_.find(name); found != target_index_.end()) return found->second;
  if (targets.size() >= max_targets && name != "other") return target("other", 0);
  auto const index = static_cast<std::uint32_t>(targets.size());
  targets.emplace_back().target = name;
  target_index_.emplace(name, index);
  return index;
}

std::uint32_t HopCounts::find_pair(std::string_view key) const {
  auto const found = pair_index_.find(key);
  return found == pair_index_.end() ? none : found->second;
}

std::uint32_t HopCounts::find_pair(std::string_view source, std::string_view target) const {
  return find_pair(PairKey(source, target));
}

void Changes::mark(std::vector<std::uint32_t>& list, std::vector<bool>& marks, std::uint32_t index) {
  if (marks.size() <= index) marks.resize(index + 1);
  if (marks[index]) return;
  marks[index] = true;
  list.push_back(index);
}

void Changes::everything(const HopCounts& counts) {
  for (std::uint32_t n = 0; n < counts.pairs.size(); ++n) pair(n);
  for (std::uint32_t n = 0; n < counts.targets.size(); ++n) target(n);
  all = true;
}

void Changes::clear() {
  for (auto const index : pairs_) pair_marks_[index] = false;
  for (auto const index : targets_) target_marks_[index] = false;
  pairs_.clear();
  targets_.clear();
  all = false;
}

}  // namespace fleet::exporters::a2a
