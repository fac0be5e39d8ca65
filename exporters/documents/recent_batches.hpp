// The batches of a pipeline that finished last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace fleet::exporters::documents {

/// A batch as it finished.
struct FinishedBatch {
  std::int64_t finished_us = 0;
  std::int64_t duration_us = -1;  ///< -1: its start was never seen
  std::int64_t size = 0, succeeded = 0, failed = 0;
};

/// What the last batches say of the present: old ones say nothing, so that an alert on them ends by itself.
class RecentBatches {
 public:
  /// The longest memory that a configuration may ask for.
  static constexpr std::size_t most = 100;

  void add(const FinishedBatch& batch);

  /// Of the last `most_batches` that finished after `since_us`.
  struct Summary {
    std::size_t batches = 0;
    std::optional<double> failed_ratio;      ///< of their documents; nothing without documents
    std::optional<double> large_per_second;  ///< documents a second of batches of `large_size` and more
  };
  Summary summary(std::size_t most_batches, std::int64_t since_us, std::int64_t large_size) const;

  const std::deque<FinishedBatch>& all() const { return batches_; }

 private:
  std::deque<FinishedBatch> batches_;  // in the order of their records
};

}  // namespace fleet::exporters::documents
