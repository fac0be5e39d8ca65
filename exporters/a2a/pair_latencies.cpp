#include "exporters/a2a/pair_latencies.hpp"

#include <cmath>

#include "core/metrics/histogram.hpp"

namespace fleet::exporters::a2a {

void PairLatencies::observe(std::size_t pair, std::int64_t done_us, std::int64_t latency_us,
                            std::int64_t now_us) {
  if (windows_.size() <= pair) windows_.resize(pair + 1);
  auto& window = windows_[pair];
  if (!window) window = std::make_unique<QuantileWindow>(length_);
  window->observe(done_us, latency_us, now_us);
}

std::optional<double> PairLatencies::quantile_us(std::size_t pair, double quantile, std::int64_t now_us) {
  if (pair >= windows_.size() || !windows_[pair]) return std::nullopt;
  return windows_[pair]->quantile(quantile, now_us);
}

bool PairLatencies::set_window(std::chrono::microseconds length) {
  if (length == length_) return false;
  length_ = length;
  windows_.clear();
  return true;
}

void PairLatencies::note_exemplar(std::size_t pair, std::size_t bucket, std::string_view trace_id,
                                  std::int64_t done_us, std::int64_t latency_us) {
  if (exemplars_.size() <= pair) exemplars_.resize(pair + 1);
  auto& buckets = exemplars_[pair];
  buckets.resize(latency_bounds().size() + 1);
  auto& exemplar = buckets[bucket];
  auto const done = static_cast<double>(done_us) / 1e6;
  // Scrapes are further apart than that: more of them would be copied for nobody.
  if (!exemplar.trace_id.empty() && std::abs(done - exemplar.unix_seconds) < 1) return;
  exemplar.trace_id = trace_id;
  exemplar.value = static_cast<double>(latency_us) / 1e6;
  exemplar.unix_seconds = done;
}

const std::vector<Exemplar>& PairLatencies::exemplars(std::size_t pair) const {
  static const std::vector<Exemplar> nothing;
  return pair < exemplars_.size() ? exemplars_[pair] : nothing;
}

void PairLatencies::forget_exemplars_from(std::size_t pair) {
  if (exemplars_.size() > pair) exemplars_.resize(pair);
}

}  // namespace fleet::exporters::a2a
