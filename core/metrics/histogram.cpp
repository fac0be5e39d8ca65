#include "core/metrics/histogram.hpp"

#include <algorithm>
#include <numeric>

namespace fleet {

HistogramData::HistogramData(std::vector<double> upper_bounds)
    : bounds(std::move(upper_bounds)), counts(bounds.size() + 1) {}

void HistogramData::observe(double value) {
  auto const bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
  ++counts[static_cast<std::size_t>(bucket)];
  sum += value;
}

std::uint64_t HistogramData::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

const std::vector<double>& latency_bounds() {
  static const std::vector<double> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                             0.2,   0.5,    1,     2.5,  5,     10};
  return bounds;
}

}  // namespace fleet
