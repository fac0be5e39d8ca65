// Streams, their groups and consumers, under redis_exporter's names.
#pragma once

#include <vector>

#include "core/redis/connection.hpp"
#include "core/redis/server/page.hpp"
#include "exporters/redis/key_names.hpp"
#include "exporters/redis/key_reader.hpp"

namespace fleet::exporters::redis_health {

/// Adds redis_stream_*{db,stream} and redis_stream_group_*{db,group,stream}, among them redis_stream_group_lag
/// as group_lag.hpp computes it. A stream that does not exist has length 0 and nothing else. Throws as
/// redis::Client::run(), and ProtocolError.
awaitable<void> read_streams(fleet::redis::Client& client, std::vector<KeyName> streams, KeyLimits limits,
                             Deadline deadline, fleet::redis::ServerPage* page, KeyProblems* problems);

}  // namespace fleet::exporters::redis_health
