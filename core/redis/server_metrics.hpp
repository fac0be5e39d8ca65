// Health of a Redis server under redis_exporter's names.
#pragma once

#include <chrono>
#include <string_view>

#include "core/metrics/families.hpp"

namespace fleet::redis {

/// Adds what the text of INFO tells, with the names, types, labels and values of redis_exporter 1.45
/// (https://github.com/oliver006/redis_exporter): redis_up 1, redis_instance_info, redis_uptime_in_seconds,
/// clients, memory, persistence, commands, keyspace, replication. Fields that the server does not send have no
/// sample. Other than in redis_exporter, redis_start_time_seconds is not derived from the exporter's clock but
/// from the server's. Throws ProtocolError, with nothing added, if the text has no redis_version: whatever
/// answers so is not a Redis that is up.
void add_server_metrics(std::string_view info, Families& out);

/// Adds redis_exporter_last_scrape_ping_time_seconds: one PING on the open connection, there and back.
void add_ping_time(std::chrono::nanoseconds there_and_back, Families& out);

/// Adds redis_up 0: the server did not answer.
void add_server_down(Families& out);

}  // namespace fleet::redis
