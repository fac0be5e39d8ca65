// What is known of the latencies of each pair beside its counts: the sliding windows and the exemplars.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/families.hpp"
#include "exporters/a2a/quantile_window.hpp"

namespace fleet::exporters::a2a {

/// By the pair's index in HopCounts. Not stored anywhere. Stamps as in QuantileWindow. Not thread-safe.
class PairLatencies {
 public:
  explicit PairLatencies(std::chrono::microseconds window) : length_(window) {}

  void observe(std::size_t pair, std::int64_t done_us, std::int64_t latency_us, std::int64_t now_us);
  std::optional<double> quantile_us(std::size_t pair, double quantile, std::int64_t now_us);
  std::chrono::microseconds window_length() const { return length_; }
  /// Empties the windows if the length changes; returns whether it did.
  bool set_window(std::chrono::microseconds length);
  void forget_windows() { windows_.clear(); }

  /// A hop of that bucket of its pair's histogram, to be shown unless the one that is done so less than a
  /// second before or after it.
  void note_exemplar(std::size_t pair, std::size_t bucket, std::string_view trace_id, std::int64_t done_us,
                     std::int64_t latency_us);
  /// Empty, or one per bucket.
  const std::vector<Exemplar>& exemplars(std::size_t pair) const;
  /// Forgets those of pairs from this index on.
  void forget_exemplars_from(std::size_t pair);

 private:
  std::chrono::microseconds length_;
  std::vector<std::unique_ptr<QuantileWindow>> windows_;
  std::vector<std::vector<Exemplar>> exemplars_;
};

}  // namespace fleet::exporters::a2a
