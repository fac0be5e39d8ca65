// Turns a month's readings into a document.
#pragma once

#include "exporters/compliance/monthly/document.hpp"
#include "exporters/compliance/monthly/readings.hpp"

namespace fleet::exporters::compliance::monthly {

/// Figures as read, each in a section of its own, and on top those that matter. A reading that failed is a
/// paragraph that says why, where its figures would stand.
Document compose(const Config& config, const MonthReadings& month);

/// What one kind of availability comes to. Hours without data count neither for nor against.
struct AvailabilityFigures {
  double ratio = 0;     ///< mean over the hours that have data; NaN without any
  double coverage = 0;  ///< share of the span's hours that have data
  double down_seconds = 0;
};
AvailabilityFigures figures_of(const std::vector<Point>& points, const MonthSpan& span);

/// The mean of each day that has data; one entry for each day of the month.
std::vector<std::optional<double>> by_day(const std::vector<Point>& points, const MonthSpan& span);

}  // namespace fleet::exporters::compliance::monthly
