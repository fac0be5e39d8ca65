// What a server's settings and its slow log tell.
#pragma once

#include <optional>
#include <span>

#include "core/redis/reply.hpp"
#include "core/redis/server/page.hpp"

namespace fleet::redis {

/// The settings that are metrics, or that others are read by.
inline constexpr std::string_view asked_settings[] = {"maxmemory", "maxclients", "io-threads", "databases"};

/// Adds redis_config_maxmemory, .._maxclients and .._io_threads from the replies to one CONFIG GET for each of
/// `asked_settings`, refused ones among them. Returns the number of databases if it is told.
std::optional<int> add_settings(std::span<const Reply> replies, ServerPage& page);

/// The replies to SLOWLOG LEN and SLOWLOG GET 1: redis_slowlog_length, redis_slowlog_last_id,
/// redis_last_slow_execution_duration_seconds. Nothing of a slow command itself. Throws ProtocolError.
void add_slow_log(Reply length, Reply newest, ServerPage& page);

}  // namespace fleet::redis
