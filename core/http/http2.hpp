// One request and its response in HTTP/2 over a connected stream. Private to core/http.
#pragma once

#include "core/http/exchange.hpp"
#include "core/net/stream.hpp"

namespace fleet::http {

/// The only request of its connection; nghttp2 frames it, the stream carries it. Throws Failure, Timeout,
/// boost::system::system_error, and what the request's own functions throw.
awaitable<void> exchange_http2(net::Stream& stream, const Request& request, Progress& progress,
                               Response& response);

}  // namespace fleet::http
