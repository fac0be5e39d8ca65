// Objectives that can be written down but cannot work.
#pragma once

#include <vector>

#include "core/config/document.hpp"
#include "slo/objective.hpp"

namespace fleet::slo {

/// Throws config::Error if an alert can never fire (factor * budget >= 1), or if probes come too slowly for it.
void refuse_impossible(const Objective& objective);

/// Throws config::Error at the second of two objectives with one id.
void refuse_duplicates(const std::vector<Specification>& specifications);

}  // namespace fleet::slo
