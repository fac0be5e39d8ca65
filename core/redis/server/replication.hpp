// Primaries and replicas, from INFO.
#pragma once

#include "core/redis/server/info_text.hpp"
#include "core/redis/server/page.hpp"

namespace fleet::redis {

/// Of a primary: redis_connected_slave_*, one for each replica. Of a replica: redis_master_*, redis_slave_info
/// and redis_slave_repl_offset.
void add_replication(const InfoText& info, ServerPage& page);

}  // namespace fleet::redis
