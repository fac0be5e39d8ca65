// Counts of hops as metric families: the same for every input they come from.
#pragma once

#include <cstdint>

#include "core/metrics/families.hpp"
#include "exporters/a2a/config.hpp"
#include "exporters/a2a/hop_counts.hpp"
#include "exporters/a2a/pair_latencies.hpp"

namespace fleet::exporters::a2a {

/// a2a_protocol_latency_ms, a2a_hop_duration_seconds, a2a_hops_total. `now_us` is the clock of the hops'
/// stamps; 0 if it is not known, then there are no latencies.
void add_pair_families(const HopCounts& counts, PairLatencies& latencies, const LatencySettings& settings,
                       std::int64_t now_us, Families& out);
/// a2a_hop_queue_duration_seconds and a2a_hop_processing_duration_seconds by target.
void add_target_families(const HopCounts& counts, Families& out);
/// a2a_hop_errors_total by code, and a2a_hop_task_states_total once a hop has told a state.
void add_result_families(const HopCounts& counts, Families& out);
/// a2a_agent_up and a2a_agent_last_seen_timestamp_seconds, from the hops that an agent sent or finished.
void add_agent_families(const HopCounts& counts, const AgentSettings& settings, std::int64_t now_us,
                        Families& out);

}  // namespace fleet::exporters::a2a
