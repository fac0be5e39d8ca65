// What a sentinel tells of itself and of the primaries that it watches.
#pragma once

#include <string>
#include <vector>

#include "core/redis/reply.hpp"
#include "core/redis/server/info_text.hpp"
#include "core/redis/server/page.hpp"

namespace fleet::redis {

/// Whether this INFO is a sentinel's.
bool is_sentinel(const InfoText& info);

/// redis_sentinel_* that INFO has: tilt, masters, and each one's status, replicas and sentinels.
void add_sentinel_info(const InfoText& info, ServerPage& page);

/// A primary as SENTINEL MASTERS lists it.
struct WatchedPrimary {
  std::string name, address;  ///< "10.0.0.1:6379"
};
/// Throws ProtocolError.
std::vector<WatchedPrimary> read_watched_primaries(Reply masters);

/// Of one primary: redis_sentinel_master_ckquorum_status, .._ok_sentinels and .._ok_slaves, from the replies to
/// SENTINEL CKQUORUM (an error if there is none), SENTINELS and SLAVES. Throws ProtocolError.
void add_watched_primary(const WatchedPrimary& primary, Reply quorum, Reply sentinels, Reply replicas,
                         ServerPage& page);

}  // namespace fleet::redis
