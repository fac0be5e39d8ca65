// Flags whose values are numbers and durations, with their bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/app/flags.hpp"

namespace fleet::app {

/// Each adds --name=placeholder whose value must be within [min, max], else UsageError says what was expected.
/// `target` must outlive `flags`.
void add_count(Flags& flags, std::string name, std::string help, std::uint64_t* target, std::uint64_t min,
               std::uint64_t max);
void add_number(Flags& flags, std::string name, std::string placeholder, std::string help, double* target,
                double min, double max);
/// "5m", "90s", "250ms"; a plain number means seconds, as in a runbook's `--duration 300`.
void add_duration(Flags& flags, std::string name, std::string help, std::chrono::milliseconds* target,
                  std::chrono::milliseconds min, std::chrono::milliseconds max);

}  // namespace fleet::app
