#include "exporters/documents/recent_batches.hpp"

namespace fleet::exporters::documents {

void RecentBatches::add(const FinishedBatch& batch) {
  batches_.push_back(batch);
  if (batches_.size() > most) batches_.pop_front();
}

RecentBatches::Summary RecentBatches::summary(std::size_t most_batches, std::int64_t since_us,
                                              std::int64_t large_size) const {
  Summary summary;
  std::int64_t succeeded = 0, failed = 0, large = 0, large_us = 0;
  for (auto batch = batches_.rbegin(); batch != batches_.rend() && summary.batches < most_batches; ++batch) {
    if (batch->finished_us <= since_us) continue;
    ++summary.batches;
    succeeded += batch->succeeded;
    failed += batch->failed;
    if (batch->size < large_size || batch->duration_us < 0) continue;
    large += batch->size;
    large_us += batch->duration_us;
  }
  if (succeeded + failed > 0) {
    summary.failed_ratio = static_cast<double>(failed) / static_cast<double>(succeeded + failed);
  }
  if (large_us > 0)
    summary.large_per_second = static_cast<double>(large) / (static_cast<double>(large_us) / 1e6);
  return summary;
}

}  // namespace fleet::exporters::documents
