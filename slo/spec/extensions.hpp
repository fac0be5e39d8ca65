// `extensions` of an objective: what Sloth does not have. Without the key the rules are exactly Sloth's.
#pragma once

#include "slo/objective.hpp"
#include "slo/spec/reading_options.hpp"

namespace fleet::slo {

/// Reads the key into `objective`, whose indicator, alerts and windows are read already. Throws config::Error.
void read_extensions(const config::Value& extensions, const ReadingOptions& options, Objective& objective);

}  // namespace fleet::slo
