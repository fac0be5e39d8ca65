// Alertmanager's API, version 2.
#pragma once

#include <string_view>
#include <vector>

#include "probers/status/findings.hpp"

namespace fleet::probers::status {

/// Reads GET /api/v2/alerts; the severest first (label `sev`, 1 to 4; without one last), then the oldest.
/// Throws BadAnswer.
std::vector<Alert> read_alerts(std::string_view body);
/// Reads GET /api/v2/silences; those that have expired are left out, the next to end first. Throws BadAnswer.
std::vector<Silence> read_silences(std::string_view body);

}  // namespace fleet::probers::status
