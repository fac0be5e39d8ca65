// --log.level.
#pragma once

#include <string>

#include "core/app/flags.hpp"
#include "core/app/logging.hpp"

namespace fleet::app {

/// Adds --log.level. `target` must outlive `flags`.
void add_log_level(Flags& flags, std::string help, logging::Level* target);

}  // namespace fleet::app
