// How long things took, in bounded memory, with the same relative precision from nanoseconds to an hour.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace fleet::probers {

/// Gil Tene's HdrHistogram (http://hdrhistogram.org), with nanoseconds as its unit and three significant
/// digits. Values fall into buckets that double in width; each is cut into S = 2048 equal parts, the smallest
/// power of two that is at least 2 * 10^digits, of which the lower half of all but the first bucket is covered
/// by the bucket before it. So
///   bucket = floor(log2(value | (S - 1))) - (log2(S) - 1),   part = value >> bucket,
///   index  = (bucket + 1) * S / 2 + part - S / 2,
/// and no value is further than 1/1024 from those it is counted with. Recording is O(1) and never allocates;
/// some 260 KiB. Not thread-safe.
class LatencyHistogram {
 public:
  LatencyHistogram();

  /// Negative lengths count as 0; those beyond limit() share one place, of which only the greatest is known.
  /// min(), max() and mean() are exact.
  void record(std::chrono::nanoseconds length);
  void merge(const LatencyHistogram& other);
  void clear();

  std::uint64_t count() const { return count_; }
  /// Of nothing, each of these is 0.
  std::chrono::nanoseconds min() const;
  std::chrono::nanoseconds max() const { return max_; }
  std::chrono::nanoseconds mean() const;
  /// The greatest value that is counted with the `rank`-th smallest, from 1 to count(), and never more than
  /// max().
  std::chrono::nanoseconds at_rank(std::uint64_t rank) const;
  /// The same for the nearest-rank quantile: the smallest that at least a share `q` of all does
  /// not exceed.
  std::chrono::nanoseconds quantile(double q) const;

  static constexpr std::chrono::nanoseconds limit() { return std::chrono::nanoseconds((1LL << 42) - 1); }

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds min_, max_;
  double sum_ = 0;
};

}  // namespace fleet::probers
