// Reads the options of a Redis probe.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/module.hpp"
#include "probers/redis/redis_session.hpp"

namespace fleet::probers {

/// `checks` (ping, set_get, queue, replication), `username`, `password` or `password_file`, `database`, `role`, `min_replicas`,
/// `max_behind_bytes`, `replicas`, `max_lag`, `key_prefix`, and preferred_ip_protocol and its like. Targets are "host:port" or
/// "redis://host:port".
std::shared_ptr<const Module> read_redis(const std::optional<config::Value>& options, const config::Value& whole,
                                         const ReadContext& context);

/// The keys that read_redis_access() takes.
inline constexpr std::array<std::string_view, 7> redis_access_keys{
    "username", "password", "password_file", "database", "preferred_ip_protocol", "ip_protocol_fallback",
    "try_all_addresses"};
RedisAccess read_redis_access(const config::Mapping& mapping, const ReadContext& context);
/// "host", "host:port", "redis://host:port"; throws BadTarget.
HostPort parse_redis_target(std::string_view target);

}  // namespace fleet::probers
