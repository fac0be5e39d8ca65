// An HTTP server that is asked for JSON: where it is, whom it trusts, who asks.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"
#include "core/config/secret.hpp"
#include "core/http/client.hpp"

namespace fleet::exporters::compliance {

struct HttpServer {
  http::Url url;  ///< its path is a prefix
  http::TlsOptions tls;
  std::chrono::milliseconds timeout{10'000};
  config::Secret authorization;  ///< the whole header's value; empty: none is sent

  /// GET of `path` below the URL, with what authorizes it.
  http::Request request(const std::string& path) const;
};

/// The keys of read_http_server(), for the mapping that they stand in, and those of the caller.
std::vector<std::string_view> http_server_keys(std::initializer_list<std::string_view> further);

/// Reads those keys of `mapping`; others are the caller's. Files are read now. Throws config::Error.
HttpServer read_http_server(const config::Mapping& mapping);

}  // namespace fleet::exporters::compliance
