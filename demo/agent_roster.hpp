// The ten agents of the simulated system: who they are and which A2A version each speaks.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fleet::demo {

/// What an agent understands. Agents of 1.0 understand 0.3 as well; agents of 0.3 know nothing of 1.0.
enum class Speech : std::uint8_t { v0_3, v1_0 };

struct AgentProfile {
  std::string_view name;  ///< as in hop records and metric labels
  std::string_view description;
  Speech speech;
};

/// All ten, in the order of their ports.
std::span<const AgentProfile> roster();
/// Position in the roster, or -1.
int agent_index(std::string_view name);
/// "orchestrator|intake|...", for messages that say what was expected.
std::string_view agent_choices();

}  // namespace fleet::demo
