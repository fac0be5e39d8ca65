#include <algorithm>
#include <cmath>
#include <limits>

#include "exporters/compliance/monthly/compose.hpp"

namespace fleet::exporters::compliance::monthly {

AvailabilityFigures figures_of(const std::vector<Point>& points, const MonthSpan& span) {
  AvailabilityFigures figures;
  double sum = 0;
  for (auto const& point : points) {
    sum += point.ratio;
    figures.down_seconds += 3600 * std::max(0.0, 1 - point.ratio);
  }
  auto const count = static_cast<double>(points.size());
  figures.ratio = points.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / count;
  auto const hours = std::max(1.0, static_cast<double>(span.to - span.from) / 3600);
  figures.coverage = std::min(1.0, count / hours);
  return figures;
}

std::vector<std::optional<double>> by_day(const std::vector<Point>& points, const MonthSpan& span) {
  std::vector<std::pair<double, int>> sums(static_cast<std::size_t>(span.days));
  for (auto const& point : points) {
    // A point ends its hour: midnight's belongs to the day before.
    auto const day = static_cast<std::size_t>(span.day_of(point.at - 1)) - 1;
    if (day >= sums.size()) continue;
    sums[day].first += point.ratio;
    ++sums[day].second;
  }
  std::vector<std::optional<double>> days(sums.size());
  for (std::size_t day = 0; day < sums.size(); ++day) {
    auto const& [sum, count] = sums[day];
    if (count > 0) days[day] = sum / count;
  }
  return days;
}

}  // namespace fleet::exporters::compliance::monthly
