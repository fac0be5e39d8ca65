// What INFO tells of a server, under redis_exporter's names.
#pragma once

#include "core/redis/server/info_text.hpp"
#include "core/redis/server/page.hpp"

namespace fleet::redis {

/// Adds what INFO ALL tells, with the names, types, labels and values of redis_exporter 1.45
/// (https://github.com/oliver006/redis_exporter): redis_instance_info, clients, memory, persistence,
/// statistics, CPU, replication, commands with their latencies, errors, keys by database, and what a sentinel
/// tells. A field that the server does not send has no sample. Databases 0 to `databases` - 1 without keys are
/// 0. Other than in redis_exporter, redis_start_time_seconds is not derived from the exporter's clock but from
/// the server's. Throws ProtocolError, with nothing added, if there is no redis_version: whatever answers so is
/// no Redis.
void add_info(const InfoText& info, int databases, ServerPage& page);

/// Adds the fields of CLUSTER INFO.
void add_cluster_info(const InfoText& info, ServerPage& page);

}  // namespace fleet::redis
