// How a one-shot command shows what it found.
#pragma once

#include <cstdint>

#include "core/app/flags.hpp"

namespace fleet::report {

enum class Output : std::uint8_t { table, json, junit };

/// Adds --output. `target` must outlive `flags`.
void add_output(app::Flags& flags, Output* target);

}  // namespace fleet::report
