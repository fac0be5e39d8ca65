// Which keys match patterns.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/redis/connection.hpp"
#include "exporters/redis/key_names.hpp"

namespace fleet::exporters::redis_health {

/// What a scan for one pattern found.
struct ScanResult {
  std::set<std::string> keys;  ///< those to keep
  std::uint64_t count = 0;     ///< of all matches; SCAN may name a key twice
  std::string problem;         ///< why it is not all; "" if it is
};

/// Scans for all patterns at once, a thousand keys a step, each until its end, until it has seen
/// `limits.scanned_keys` keys, until half of the time is over, or until there are more than `keep` matches;
/// nullopt counts all and keeps none.
/// Throws as redis::Client::run().
awaitable<std::vector<ScanResult>> scan_keys(fleet::redis::Client& client, std::vector<KeyName> patterns,
                                             std::optional<std::size_t> keep, KeyLimits limits,
                                             Deadline deadline);

}  // namespace fleet::exporters::redis_health
