// How long violations waited to be acknowledged and to be resolved: histograms counted by the database.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/metrics/histogram.hpp"
#include "core/postgres/session.hpp"
#include "exporters/collector.hpp"
#include "exporters/compliance/memory.hpp"
#include "exporters/label_limit.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters::compliance {

/// One row of `acknowledge_times` or `resolve_times`.
struct ResponseTimeBucket {
  std::string severity;
  std::size_t bucket = 0;  ///< index into the bounds; their number stands for "above all"
  double violations = 0;
  double seconds = 0;  ///< sum of their times
};

/// Rows sorted by severity. Throws postgres::Error if a column is missing or holds no number, or a bucket is
/// negative.
std::vector<ResponseTimeBucket> read_response_times(const postgres::Rows& rows);

/// One histogram for each severity, known or found. Counts only rise: see RisingCounts.
std::map<std::string, HistogramData> histograms(const std::vector<ResponseTimeBucket>& rows,
                                                const std::vector<double>& bounds,
                                                exporters::LabelLimit& severities, ResponseTimeCounts& counts);

/// What tells the two subjects apart.
struct ResponseTimeSubject {
  std::string query;   ///< also the collector's name
  std::string metric;  ///< "compliance_violation_resolve_seconds"
  std::string help;
};

class ResponseTimes : public exporters::Collector {
 public:
  ResponseTimes(ResponseTimeSubject subject, std::shared_ptr<exporters::SqlSource> source,
                std::shared_ptr<Memory> memory, exporters::LabelLimit severities, std::vector<double> bounds);
  std::string_view name() const override { return subject_.query; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  ResponseTimeSubject subject_;
  std::shared_ptr<exporters::SqlSource> source_;
  std::shared_ptr<Memory> memory_;
  exporters::LabelLimit severities_;
  std::vector<double> bounds_;
};

}  // namespace fleet::exporters::compliance
