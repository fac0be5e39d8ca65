// Histogram data: buckets, sum, quantiles.
#pragma once

#include <cstdint>
#include <vector>

namespace fleet {

/// A histogram as plain data: copy, add, store it. Not thread-safe.
struct HistogramData {
  std::vector<double> bounds;         ///< upper bounds (inclusive), rising, finite; +Inf is implied
  std::vector<std::uint64_t> counts;  ///< bounds.size() + 1 buckets, not cumulative; the last is +Inf
  double sum = 0;

  HistogramData() = default;
  explicit HistogramData(std::vector<double> upper_bounds);
  void observe(double value);
  std::uint64_t count() const;
};

/// 1 ms to 10 s with 0.05 and 0.2 (the A2A objectives) among the bounds; seconds.
const std::vector<double>& latency_bounds();

}  // namespace fleet
