#include "probers/commands/latency_histogram.hpp"

#include <algorithm>
#include <bit>

#include "core/metrics/nearest_rank.hpp"

namespace fleet::probers {

namespace {

using std::chrono::nanoseconds;

constexpr unsigned parts_log2 = 11;
constexpr std::uint64_t parts = 1U << parts_log2;
constexpr std::uint64_t half = parts / 2;
constexpr unsigned value_bits = 42;
static_assert(LatencyHistogram::limit().count() == (1LL << value_bits) - 1);

std::size_t index_of(std::uint64_t value) {
  auto const width = static_cast<unsigned>(std::bit_width(value | (parts - 1)));
  unsigned const bucket = width - parts_log2;
  return (bucket + 1) * half + (value >> bucket) - half;
}

/// The greatest value that is counted at `index`.
std::uint64_t highest_at(std::size_t index) {
  if (index < parts) return index;
  auto const bucket = static_cast<unsigned>(index / half - 1);
  std::uint64_t const part = index % half + half;
  return ((part + 1) << bucket) - 1;
}

}  // namespace

LatencyHistogram::LatencyHistogram()
    : counts_(index_of(static_cast<std::uint64_t>(limit().count())) + 2), min_(nanoseconds::max()), max_(0) {}

void LatencyHistogram::record(nanoseconds length) {
  length = std::max(length, nanoseconds(0));
  ++counts_[length > limit() ? counts_.size() - 1 : index_of(static_cast<std::uint64_t>(length.count()))];
  ++count_;
  min_ = std::min(min_, length);
  max_ = std::max(max_, length);
  sum_ += static_cast<double>(length.count());
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

void LatencyHistogram::clear() { *this = LatencyHistogram(); }

nanoseconds LatencyHistogram::min() const { return count_ == 0 ? nanoseconds(0) : min_; }

nanoseconds LatencyHistogram::mean() const {
  return nanoseconds(count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / static_cast<double>(count_)));
}

nanoseconds LatencyHistogram::at_rank(std::uint64_t rank) const {
  std::uint64_t seen = 0;
  for (std::size_t index = 0; index + 1 < counts_.size(); ++index) {
    seen += counts_[index];
    if (seen >= rank) return std::min(nanoseconds(static_cast<std::int64_t>(highest_at(index))), max_);
  }
  // What lies beyond the limit is only known by its greatest.
  return max_;
}

nanoseconds LatencyHistogram::quantile(double q) const {
  return count_ == 0 ? nanoseconds(0) : at_rank(nearest_rank(q, count_));
}

}  // namespace fleet::probers
