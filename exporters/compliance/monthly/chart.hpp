// Draws a chart.
#pragma once

#include "exporters/compliance/monthly/canvas.hpp"
#include "exporters/compliance/monthly/document.hpp"

namespace fleet::exporters::compliance::monthly {

/// Title, legend, axes and what is to be seen, within `width` times chart_height() points.
void draw(const Chart& chart, double width, Canvas& canvas);
double chart_height(const Chart& chart, double width);

/// The top of an axis from `low` that shows `high`, and the step between its marks: 1, 2 or 5 times a power of
/// ten.
std::pair<double, double> axis_of(double low, double high, bool whole);

}  // namespace fleet::exporters::compliance::monthly
