// The connections of a server, added up.
#pragma once

#include <string_view>

#include "core/redis/server/page.hpp"

namespace fleet::redis {

/// Adds redis_client_* from the text of CLIENT LIST by kind of client ("normal", "replica", "master", "pubsub",
/// "monitor") and ACL user: how many, how many are blocked, the oldest, the one idle longest, output buffers,
/// memory. No client's address, name or command.
void add_clients(std::string_view list, ServerPage& page);

}  // namespace fleet::redis
