// What GET /probe may measure, and with whose credentials.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config/document.hpp"
#include "core/net/addresses.hpp"
#include "core/postgres/session.hpp"

namespace fleet::exporters::postgres {

/// One of `auth_modules:`, as postgres_exporter has them.
struct AuthModule {
  std::string user;
  config::Secret password;
  std::vector<std::pair<std::string, std::string>>
      options;  ///< connection parameters; they win over the target's
};

struct ProbeConfig {
  bool enabled = false;  ///< the file has `auth_modules:` or `probe:`
  std::map<std::string, AuthModule, std::less<>> auth_modules;
  /// Where a probe may connect. A target is whatever a request says, and gets the module's password.
  std::shared_ptr<const net::Networks> allowed;
  std::chrono::milliseconds keep = std::chrono::minutes(5);  ///< how long an idle target's session is kept
};

/// Reads `auth_modules:` and `probe:` of the file's root. Throws config::Error.
ProbeConfig read_probe_config(const config::Mapping& root);

}  // namespace fleet::exporters::postgres
