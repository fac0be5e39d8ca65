// The way through a proxy. Private to core/http.
#pragma once

#include <string>
#include <utility>

#include "core/http/exchange.hpp"
#include "core/net/stream.hpp"

namespace fleet::http {

/// The header that proves who asks, as for CONNECT and for plain http; an empty name if the proxy has no user.
std::pair<std::string, std::string> proxy_authorization(const Proxy& proxy);

/// Asks the proxy at the other end of the stream for a tunnel to the URL's host. Throws as exchange_http1 does,
/// and a Failure if the proxy refuses.
awaitable<void> open_tunnel(net::Stream& stream, const Proxy& proxy, const Url& url, Progress& progress);

}  // namespace fleet::http
