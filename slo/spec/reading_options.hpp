// What the command line says about reading specifications.
#pragma once

#include "slo/burn_windows.hpp"

namespace fleet::slo {

struct ReadingOptions {
  WindowCatalog catalog;
  milliseconds default_period = std::chrono::hours(24 * 30);
  bool period_from_recordings = true;
  bool absent_when_idle = false;
};

}  // namespace fleet::slo
