// slo_prober's configuration file.
#pragma once

#include <vector>

#include "core/config/document.hpp"
#include "probers/schedule.hpp"

namespace fleet::probers {

struct FleetConfig {
  std::vector<ScheduledProbe> probes;
  LatencyGauge latency;
};

/// Checks the whole file and makes its probes; opens no connection. Throws config::Error. See prober.yml for
/// every key.
FleetConfig read_fleet(const config::Document& document);

}  // namespace fleet::probers
