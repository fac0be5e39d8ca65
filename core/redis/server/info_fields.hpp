// Which field of INFO is which metric of redis_exporter.
#pragma once

#include <string_view>

#include "core/metrics/families.hpp"

namespace fleet::redis {

struct InfoMetric {
  std::string_view field;
  std::string_view name;  ///< "redis_memory_used_bytes"
  MetricType type;
  double scale = 1;
};

/// Null if the field has no metric. The names and types are redis_exporter 1.45's; fields that it does not know
/// yet have those of its later versions.
const InfoMetric* find_info_metric(std::string_view field);

}  // namespace fleet::redis
