// All that is watched of a server's keys, read.
#pragma once

#include "core/redis/connection.hpp"
#include "core/redis/server/page.hpp"
#include "exporters/redis/key_memory.hpp"
#include "exporters/redis/key_names.hpp"
#include "exporters/redis/key_problems.hpp"

namespace fleet::exporters::redis_health {

/// Adds what KeySizes and StreamReadings add, and redis_keys_count. Patterns are looked up first; then keys and
/// streams are read together, in one exchange with the server if they are as `memory` has them, else in two; in
/// one more if there are HyperLogLogs. What cannot be read is a problem and takes nothing else with it. Throws
/// as redis::Client::run(). Readings may overlap.
awaitable<void> read_keys(fleet::redis::Client& client, WatchedKeys watched, KeyLimits limits,
                          Deadline deadline, fleet::redis::ServerPage* page, KeyProblems* problems,
                          KeyMemory* memory);

}  // namespace fleet::exporters::redis_health
