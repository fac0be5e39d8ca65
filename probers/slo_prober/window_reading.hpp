// Reads enable windows and quiet hours.
#pragma once

#include "core/config/document.hpp"
#include "probers/windows.hpp"

namespace fleet::probers {

/// `enabled` and `quiet` of a probe, each a list of {days, from, to}: days "mon-fri" or a list of such
/// (default: every day), from and to "HH:MM" (default: the whole day). Throws config::Error, also if no minute
/// of the week is left.
Windows read_windows(const config::Mapping& probe);

/// Whether the probe may run in any minute of the week.
bool ever_open(const Windows& windows);

}  // namespace fleet::probers
