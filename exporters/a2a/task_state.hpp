// The states of an A2A task, under one name for every version of the protocol.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fleet::exporters::a2a {

/// Values of the label `state`; the last is for whatever else is sent.
inline constexpr std::array<std::string_view, 9> task_state_names{
    "submitted", "working", "input_required", "auth_required", "completed",
    "canceled",  "failed",  "rejected",       "other"};

/// Index into task_state_names of "TASK_STATE_INPUT_REQUIRED" (1.0), "input-required" (0.2, 0.3) and the like.
std::uint8_t read_task_state(std::string_view text);

}  // namespace fleet::exporters::a2a
