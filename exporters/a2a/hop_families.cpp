#include "exporters/a2a/hop_families.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>

namespace fleet::exporters::a2a {

void add_pair_families(const HopCounts& counts, PairLatencies& latencies, const LatencySettings& settings,
                       std::int64_t now_us, Families& out) {
  auto& quantiles = out.gauge("a2a_protocol_latency_ms",
                              "Latency quantile (default the 95th percentile) of the hops that completed in "
                              "the latency window, in milliseconds.");
  auto& durations = out.histogram("a2a_hop_duration_seconds", "From enqueued to finished.");
  auto& hops = out.counter("a2a_hops_total", "Hops finished, by outcome.");
  for (std::size_t n = 0; n < counts.pairs.size(); ++n) {
    auto const& pair = counts.pairs[n];
    if (auto const found = now_us > 0 ? latencies.quantile_us(n, settings.quantile, now_us) : std::nullopt) {
      quantiles.add({{"source", pair.source}, {"target", pair.target}}, *found / 1000);
    }
    durations.add_histogram({{"source", pair.source}, {"target", pair.target}}, pair.duration.data(),
                            latencies.exemplars(n));
    for (std::size_t outcome = 0; outcome < outcome_names.size(); ++outcome) {
      hops.add({{"outcome", outcome_names[outcome]}, {"source", pair.source}, {"target", pair.target}},
               static_cast<double>(pair.by_outcome[outcome]));
    }
  }
}

void add_target_families(const HopCounts& counts, Families& out) {
  auto& queue = out.histogram("a2a_hop_queue_duration_seconds", "From enqueued to taken by the target.");
  auto& processing =
      out.histogram("a2a_hop_processing_duration_seconds", "From taken by the target to finished.");
  for (auto const& target : counts.targets) {
    queue.add_histogram({{"target", target.target}}, target.queue.data());
    processing.add_histogram({{"target", target.target}}, target.processing.data());
  }
}

void add_result_families(const HopCounts& counts, Families& out) {
  auto& errors = out.counter("a2a_hop_errors_total", "Hops with outcome error, by A2A error code.");
  for (std::size_t n = 0; n < error_codes.size(); ++n) {
    errors.add({{"code", error_codes[n]}}, static_cast<double>(counts.errors[n]));
  }
  if (std::accumulate(counts.states.begin(), counts.states.end(), std::uint64_t{0}) == 0) return;
  auto& states = out.counter("a2a_hop_task_states_total",
                             "Hops that told the state of their A2A task as they finished, by that state.");
  for (std::size_t n = 0; n < task_state_names.size(); ++n) {
    states.add({{"state", task_state_names[n]}}, static_cast<double>(counts.states[n]));
  }
}

void add_agent_families(const HopCounts& counts, const AgentSettings& settings, std::int64_t now_us,
                        Families& out) {
  std::map<std::string_view, std::int64_t> seen;
  auto const note = [&seen](std::string_view agent, std::int64_t at_us) {
    if (at_us > 0) seen[agent] = std::max(seen[agent], at_us);
  };
  for (auto const& pair : counts.pairs) {
    if (pair.source == "other" && pair.target == "other") continue;  // many agents, or none by that name
    note(pair.source, pair.source_seen_us);
    note(pair.target, pair.target_seen_us);
  }
  auto& up = out.gauge(
      "a2a_agent_up", "Whether the agent sent or finished a hop lately (agents.up_within, default 5 minutes).");
  auto& last = out.gauge("a2a_agent_last_seen_timestamp_seconds",
                         "When the agent last sent or finished a hop, as far as the records tell.");
  auto const length = [](std::chrono::milliseconds time) { return std::chrono::microseconds(time).count(); };
  for (auto const& [agent, at_us] : seen) {
    auto const silent_us = now_us - at_us;
    if (now_us > 0 && silent_us > length(settings.forget_after)) continue;
    last.add({{"agent", agent}}, static_cast<double>(at_us) / 1e6);
    if (now_us > 0) up.add({{"agent", agent}}, silent_us <= length(settings.up_within) ? 1 : 0);
  }
}

}  // namespace fleet::exporters::a2a
