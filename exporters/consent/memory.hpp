// What the consent exporter remembers between scrapes.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "exporters/rising_counts.hpp"

namespace fleet::exporters::consent {

/// Outlives a reload, so that no counter of the process goes down by one. Used on the worker io thread only.
struct Memory {
  std::optional<std::chrono::system_clock::time_point> last_successful_check;
  exporters::RisingCounts<std::string> granted;  ///< by consent type
};

}  // namespace fleet::exporters::consent
