#include "demo/agent_roster.hpp"

#include <array>

namespace fleet::demo {

namespace {

constexpr std::array<AgentProfile, 10> agents{{
    {"orchestrator", "Routes each matter between the specialist agents", Speech::v1_0},
    {"intake", "Takes instructions and opens matters", Speech::v1_0},
    {"research", "Finds authorities and legislation", Speech::v1_0},
    {"document", "Reads, classifies and assembles documents", Speech::v1_0},
    {"financial", "Completes financial statements (Form 13)", Speech::v0_3},
    {"drafting", "Drafts affidavits, orders and letters", Speech::v1_0},
    {"crossexam", "Prepares cross-examination", Speech::v0_3},
    {"compliance", "Checks work against Australian legal obligations", Speech::v1_0},
    {"scheduling", "Keeps court dates and deadlines", Speech::v0_3},
    {"communication", "Writes to clients, courts and other practices", Speech::v0_3},
}};

}  // namespace

std::span<const AgentProfile> roster() { return agents; }

int agent_index(std::string_view name) {
  for (std::size_t i = 0; i < agents.size(); ++i) {
    if (agents[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::string_view agent_choices() {
  return "orchestrator|intake|research|document|financial|drafting|crossexam|compliance|scheduling|"
         "communication";
}

}  // namespace fleet::demo
