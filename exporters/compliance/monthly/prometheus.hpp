// Asks Prometheus for a month of one expression.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/compliance/monthly/readings.hpp"

namespace fleet::exporters::compliance::monthly {

/// Parses the answer of /api/v1/query_range, which must be one series or none. Throws std::runtime_error, which
/// quotes Prometheus' own word for an error and nothing else.
std::vector<Point> parse_matrix(std::string_view json);

/// One point an hour: `query`, with $step for 1h, at each hour's end. What goes wrong is Reading::failure.
awaitable<Reading<Point>> read_availability(PrometheusConfig config, std::string query, MonthSpan span,
                                            Deadline deadline);

}  // namespace fleet::exporters::compliance::monthly
