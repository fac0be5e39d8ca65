// What the compliance exporter remembers between scrapes.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporters/compliance/violations.hpp"
#include "exporters/rising_counts.hpp"

namespace fleet::exporters::compliance {

/// The rising counts behind one histogram family.
struct ResponseTimeCounts {
  exporters::RisingCounts<std::pair<std::string, std::size_t>> buckets;  ///< by severity and bucket
  exporters::RisingCounts<std::string> seconds;                          ///< sums, by severity
};

/// Outlives a reload, so that no counter of the process goes down by one, and the last reading of the register
/// is not lost. Used on the worker io thread only.
struct Memory {
  std::optional<std::vector<ViolationCount>> register_rows;  ///< the last successful reading
  std::optional<std::chrono::system_clock::time_point> last_successful_check;
  exporters::RisingCounts<FrameworkSeverity> recorded;
  std::map<std::string, ResponseTimeCounts, std::less<>> response_times;  ///< by query
};

}  // namespace fleet::exporters::compliance
