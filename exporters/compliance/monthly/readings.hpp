// What a month's report is made of: aggregates of the register, and availability out of Prometheus.
#pragma once

#include <string>
#include <vector>

#include "exporters/compliance/config.hpp"
#include "exporters/compliance/monthly/month.hpp"

namespace fleet::exporters::compliance::monthly {

struct ViolationRow {
  std::string framework, severity;
  double recorded = 0, resolved = 0, open_at_end = 0;
};
struct DayRow {
  double day = 0;
  std::string name;  ///< framework or severity; "" for documents
  double count = 0;
};
struct ResolveRow {
  std::string severity;
  double resolved = 0, mean_seconds = 0, median_seconds = 0, p90_seconds = 0, longest_seconds = 0;
};
struct BucketRow {
  std::string severity;
  double bucket = 0, violations = 0;
};
struct ConsentRow {
  std::string consent_type;
  double granted = 0, withdrawn = 0, expired = 0, in_force = 0, not_acted_on = 0;
};
struct UseRow {
  std::string consent_type;
  double events = 0, after_withdrawal = 0, after_expiry = 0, without_grant = 0;
};
struct RetentionRow {
  double fell_due = 0, deleted = 0, deleted_late = 0, overdue_at_end = 0;
};
struct Form13Row {
  std::string case_type;
  double due = 0, missing = 0, incomplete = 0;
};

/// Rows, or why there are none.
template <class Row>
struct Reading {
  std::vector<Row> rows;
  std::string failure;  ///< "" if it was read
  bool off = false;     ///< switched off in the configuration
  bool good() const { return failure.empty() && !off; }
};

struct Point {
  std::int64_t at = 0;  ///< Unix seconds
  double ratio = 0;
};

/// One kind of availability, an hour a point; hours without data have none.
struct Availability {
  std::string name;
  Reading<Point> points;
};

struct MonthReadings {
  MonthSpan span;
  Reading<ViolationRow> violations;
  Reading<DayRow> violations_by_day, open_by_day, retention_by_day;
  Reading<ResolveRow> resolve_times;
  Reading<BucketRow> resolve_buckets;
  Reading<ConsentRow> consents;
  Reading<UseRow> uses;
  Reading<RetentionRow> retention;
  Reading<Form13Row> form13;
  std::vector<Availability> availability;  ///< empty: no `prometheus` in the configuration

  /// "retention: query `retention`: ...", one for each reading that failed.
  std::vector<std::string> failures() const;
};

/// Reads all of it by `deadline`. What cannot be read says why; never throws for that.
awaitable<MonthReadings> read_month(Config config, MonthSpan span, Deadline deadline);

}  // namespace fleet::exporters::compliance::monthly
