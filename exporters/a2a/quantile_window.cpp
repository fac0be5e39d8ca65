#include "exporters/a2a/quantile_window.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "core/metrics/nearest_rank.hpp"

namespace fleet::exporters::a2a {
namespace {

constexpr std::int64_t sub_windows = 240;
constexpr std::int64_t ahead = 5;  // sub-windows that may lie after `now`
constexpr std::int64_t ring_size = sub_windows + ahead + 1;
constexpr std::size_t exact_values = 256;
constexpr std::array<std::uint32_t, 2> objectives_us{50'000, 200'000};

// Below 256 every value has a bucket of its own; above, 128 buckets to an octave.
constexpr std::size_t bucket_of(std::uint32_t value) {
  if (value < 256) return value;
  auto const shift = static_cast<std::size_t>(std::bit_width(value)) - 8;
  return 128 * shift + (value >> shift);
}
constexpr std::size_t bucket_count = bucket_of(std::numeric_limits<std::uint32_t>::max()) + 1;

std::uint32_t rounded(std::uint32_t value) {
  if (value < 256) return value;
  auto const shift = std::bit_width(value) - 8;
  auto const lower = value >> shift << shift;
  auto const middle = lower + ((1U << shift) >> 1);
  // A bucket that an objective lies in is two buckets.
  for (auto const objective : objectives_us) {
    if (value <= objective && middle > objective) return objective;
    if (value > objective && middle <= objective) return objective + 1;
  }
  return middle;
}

}  // namespace

QuantileWindow::QuantileWindow(std::chrono::microseconds length)
    : length_us_(length.count()),
      width_us_(std::max<std::int64_t>(1, length.count() / sub_windows)),
      buckets_(bucket_count),
      ring_(ring_size) {}

QuantileWindow::SubWindow& QuantileWindow::at(std::int64_t number) {
  return ring_[static_cast<std::size_t>(number % ring_size)];
}

void QuantileWindow::drop(SubWindow& sub) {
  for (std::size_t n = 0; n < sub.entries.size(); ++n) {
    auto const& entry = sub.entries[n];
    if (n < sub.counted) buckets_[bucket_of(entry.value)] -= entry.count;
    total_ -= entry.count;
  }
  sub.number = -1;
  sub.counted = 0;
  std::vector<Entry>().swap(sub.entries);  // a burst's memory goes back
}

void QuantileWindow::clear() {
  for (auto& sub : ring_) drop(sub);
  oldest_ = 0;
}

void QuantileWindow::expire(std::int64_t now_us) {
  // The first sub-window whose start is after now - W.
  auto const first_live = (now_us - length_us_) / width_us_ + 1;
  if (first_live <= oldest_) return;
  if (total_ > 0) {
    auto const end = std::min(first_live, oldest_ + ring_size);
    for (auto number = oldest_; number < end; ++number) {
      if (auto& sub = at(number); sub.number >= 0 && sub.number < first_live) drop(sub);
    }
  }
  oldest_ = first_live;
}

void QuantileWindow::count(SubWindow& sub) {
  for (; sub.counted < sub.entries.size(); ++sub.counted) {
    auto const& entry = sub.entries[sub.counted];
    buckets_[bucket_of(entry.value)] += entry.count;
  }
}

void QuantileWindow::count_all() {
  for (auto& sub : ring_) count(sub);
}

void QuantileWindow::merge(SubWindow& sub) {
  count(sub);
  auto& entries = sub.entries;
  auto const by_value = [](const Entry& a, const Entry& b) { return a.value < b.value; };
  auto const join_equals = [&entries] {
    std::size_t kept = 0;
    for (std::size_t n = 1; n < entries.size(); ++n) {
      if (entries[n].value == entries[kept].value) {
        entries[kept].count += entries[n].count;
      } else {
        entries[++kept] = entries[n];
      }
    }
    entries.resize(kept + 1);
  };
  auto const fresh = entries.begin() + static_cast<std::ptrdiff_t>(sub.sorted);
  std::sort(fresh, entries.end(), by_value);
  std::inplace_merge(entries.begin(), fresh, entries.end(), by_value);
  join_equals();
  if (sub.rounded || entries.size() > exact_values) {
    sub.rounded = true;
    for (auto& entry : entries) entry.value = rounded(entry.value);  // which keeps their order
    join_equals();
  }
  sub.sorted = sub.counted = entries.size();
  sub.limit = 2 * std::max(entries.size(), exact_values);
}

void QuantileWindow::observe(std::int64_t done_us, std::int64_t latency_us, std::int64_t now_us) {
  expire(now_us);
  auto const number = done_us / width_us_;
  if (number < oldest_ || number > now_us / width_us_ + ahead) return;
  auto& sub = at(number);
  if (sub.number != number) {
    drop(sub);
    sub.number = number;
    sub.limit = 2 * exact_values;
    sub.sorted = 0;
    sub.rounded = false;
  }
  auto const value = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(latency_us, 0, std::numeric_limits<std::uint32_t>::max()));
  sub.entries.push_back({value, 1});
  ++total_;
  if (sub.entries.size() > sub.limit) merge(sub);
}

std::uint64_t QuantileWindow::count(std::int64_t now_us) {
  expire(now_us);
  return total_;
}

std::optional<double> QuantileWindow::quantile(double q, std::int64_t now_us) {
  expire(now_us);
  if (total_ == 0) return std::nullopt;
  count_all();
  auto rank = nearest_rank(q, total_);
  std::size_t bucket = 0;
  while (rank > buckets_[bucket]) rank -= buckets_[bucket++];

  std::vector<Entry> candidates;
  for (auto const& sub : ring_) {
    for (auto const& entry : sub.entries) {
      if (bucket_of(entry.value) == bucket) candidates.push_back(entry);
    }
  }
  std::sort(candidates.begin(), candidates.end(),
            [](auto const& a, auto const& b) { return a.value < b.value; });
  for (auto const& entry : candidates) {
    if (rank <= entry.count) return static_cast<double>(entry.value);
    rank -= entry.count;
  }
  return std::nullopt;  // unreachable: buckets_ counts exactly the entries
}

}  // namespace fleet::exporters::a2a
