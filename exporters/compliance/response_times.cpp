#include "exporters/compliance/response_times.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::compliance {

std::vector<ResponseTimeBucket> read_response_times(const postgres::Rows& rows) {
  auto const severity = rows.column("severity"), bucket = rows.column("bucket"),
             violations = rows.column("violations"), seconds = rows.column("seconds");
  std::vector<ResponseTimeBucket> times;
  times.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ResponseTimeBucket time;
    time.severity = rows.text(row, severity);
    auto const index = rows.number(row, bucket);
    if (!(index >= 0 && index <= 1e6)) throw postgres::Error("column `bucket` holds no number of a bucket", "");
    time.bucket = static_cast<std::size_t>(index);
    time.violations = rows.number_or_null(row, violations).value_or(0);
    time.seconds = rows.number_or_null(row, seconds).value_or(0);
    times.push_back(std::move(time));
  }
  std::stable_sort(times.begin(), times.end(),
                   [](const auto& a, const auto& b) { return a.severity < b.severity; });
  return times;
}

std::map<std::string, HistogramData> histograms(const std::vector<ResponseTimeBucket>& rows,
                                                const std::vector<double>& bounds,
                                                exporters::LabelLimit& severities, ResponseTimeCounts& counts) {
  std::map<std::pair<std::string, std::size_t>, double> buckets;
  std::map<std::string, double> seconds;
  for (auto const& row : rows) {
    auto const severity = severities.label(row.severity);
    buckets[{severity, std::min(row.bucket, bounds.size())}] += row.violations;
    seconds[severity] += row.seconds;
  }
  std::map<std::string, HistogramData> result;
  for (auto const& severity : severities.known()) result.emplace(severity, HistogramData(bounds));
  for (auto const& [key, total] : counts.buckets.observe(buckets)) {
    auto& data = result.try_emplace(key.first, bounds).first->second;
    // A reload may have shortened the list of bounds.
    data.counts[std::min(key.second, bounds.size())] +=
        static_cast<std::uint64_t>(std::llround(std::max(0.0, total)));
  }
  for (auto const& [severity, total] : counts.seconds.observe(seconds)) {
    result.try_emplace(severity, bounds).first->second.sum = total;
  }
  return result;
}

ResponseTimes::ResponseTimes(ResponseTimeSubject subject, std::shared_ptr<exporters::SqlSource> source,
                             std::shared_ptr<Memory> memory, exporters::LabelLimit severities,
                             std::vector<double> bounds)
    : subject_(std::move(subject)),
      source_(std::move(source)),
      memory_(std::move(memory)),
      severities_(std::move(severities)),
      bounds_(std::move(bounds)) {}

awaitable<void> ResponseTimes::collect(Deadline deadline, Families& out) {
  auto const rows = co_await source_->read(subject_.query, read_response_times, exporters::answer_by(deadline));
  auto& family = out.histogram(subject_.metric, subject_.help);
  for (auto const& [severity, data] :
       histograms(rows, bounds_, severities_, memory_->response_times[subject_.query])) {
    family.add_histogram({{"severity", severity}}, data);
  }
}

}  // namespace fleet::exporters::compliance
