// Calls, errors and latencies by command, from INFO and LATENCY.
#pragma once

#include "core/redis/reply.hpp"
#include "core/redis/server/info_text.hpp"
#include "core/redis/server/page.hpp"

namespace fleet::redis {

/// redis_commands_*{cmd}, redis_latency_percentiles_usec{cmd} and redis_errors_total{err}.
void add_commands(const InfoText& info, ServerPage& page);

/// The reply to LATENCY LATEST: redis_latency_spike_*{event_name}. Throws ProtocolError.
void add_latency_spikes(Reply latest, ServerPage& page);

/// The reply to LATENCY HISTOGRAM (Redis 7): redis_commands_latencies_usec{cmd}, a histogram under the name
/// that later redis_exporters give it. The sums come from INFO's commandstats. Throws ProtocolError.
void add_latency_histograms(Reply histograms, const InfoText& info, ServerPage& page);

}  // namespace fleet::redis
