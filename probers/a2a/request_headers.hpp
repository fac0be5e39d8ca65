// Headers that the operator adds to an agent's requests, credentials among them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/document.hpp"
#include "core/config/secret.hpp"
#include "core/http/client.hpp"

namespace fleet::probers::a2a {

/// Values may be secrets and are treated as such.
struct RequestHeaders {
  std::vector<std::pair<std::string, config::Secret>> all;
  bool empty() const { return all.empty(); }
  /// Sets them on the request, in place of those of the same name that it has.
  void apply(http::Request& request) const;
};

/// The keys that read_request_headers() takes; a module lists them among its own.
inline constexpr std::array<std::string_view, 5> header_keys{"headers", "http_headers", "authorization",
                                                             "bearer_token", "bearer_token_file"};

/// headers (name: value), http_headers (name: values, secrets, files), authorization (type, credentials or
/// credentials_file), bearer_token or bearer_token_file: Prometheus' names and meanings. Throws config::Error.
RequestHeaders read_request_headers(const config::Mapping& module);

}  // namespace fleet::probers::a2a
