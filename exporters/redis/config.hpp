// The configuration of redis_health_exporter: which servers, which of their keys, and who else may be asked
// for.
#pragma once

#include <re2/re2.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "core/redis/connection.hpp"
#include "core/redis/server/server_reader.hpp"
#include "exporters/redis/key_names.hpp"

namespace fleet::exporters::redis_health {

struct InstanceConfig {
  std::string name;  ///< the operators' own word for it, in log lines and as a target of /scrape
  fleet::redis::Options options;
  WatchedKeys watched;
};

/// Servers that are not listed and may yet be asked for with /scrape.
struct TargetRules {
  std::shared_ptr<const re2::RE2> allow;  ///< matches all of "host:port"
  fleet::redis::Options access;           ///< how to get in; the address comes from the request
  /// Passwords by "host:port" or "user@host:port", from redis_exporter's own file.
  std::map<std::string, config::Secret> passwords;
  std::size_t kept_connections = 100;
};

struct Config {
  std::vector<InstanceConfig>
      instances;  ///< at least one, unless there are target rules; names and addresses are unique
  fleet::redis::ServerQuestions questions;
  KeyLimits limits;
  std::optional<TargetRules> targets;
};

/// Checks the whole file; throws config::Error. Opens no connection.
Config read_config(const config::Document& document);

}  // namespace fleet::exporters::redis_health
