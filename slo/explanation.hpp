// An objective in words: what pages, how fast, and what an outage costs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "slo/objective.hpp"

namespace fleet::slo {

/// Seconds from the beginning of a fault that makes this share of all events bad until the pair of windows
/// answers; nullopt if it never does. Before the fault all was well, and events come evenly. The long window
/// decides: it needs factor * budget of its length to be bad.
std::optional<double> detection_seconds(const Objective& objective, const BurnWindow& pair, double error_ratio);
/// The sooner of both pairs of an alert.
std::optional<double> page_seconds(const Objective& objective, double error_ratio);
std::optional<double> ticket_seconds(const Objective& objective, double error_ratio);
/// The share of the period's budget that an outage of everything costs; more than 1 means the objective is
/// missed.
double outage_cost(const Objective& objective, double seconds);

/// Several lines, each ended. `outages`: lengths in seconds whose cost is told.
std::string explanation(const Objective& objective, const std::vector<double>& outages);

}  // namespace fleet::slo
