// An HTTP server that the prober asks for something else than whether it is well.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/config/document.hpp"
#include "core/http/client.hpp"

namespace fleet::probers {

struct HttpServer {
  http::Url url;
  http::ClientOptions client;
  std::vector<std::pair<std::string, config::Secret>> headers;  ///< Authorization, if there is one

  /// "https://host:9090", for people: the path and query may hold a token.
  std::string shown() const { return (url.tls ? "https://" : "http://") + url.authority(); }
};

/// `url` (required, without credentials), `basic_auth` or `authorization`, `tls_config`, as Prometheus spells
/// them; the mapping's other keys are the caller's. Throws config::Error.
HttpServer read_http_server(const config::Mapping& mapping);

}  // namespace fleet::probers
