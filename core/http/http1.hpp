// One request and its response in HTTP/1.1 over a connected stream. Private to core/http.
#pragma once

#include <string>

#include "core/http/exchange.hpp"
#include "core/net/stream.hpp"

namespace fleet::http {

/// Sends the request with that target (a path, an absolute URL for a proxy, an authority for CONNECT) and reads
/// the response, of CONNECT only the head. Throws Failure, Timeout, boost::system::system_error, and what the
/// request's own functions throw.
awaitable<void> exchange_http1(net::Stream& stream, const Request& request, const std::string& target,
                               Progress& progress, Response& response);

/// The head of a request as it is sent.
std::string http1_request_head(const Request& request, const std::string& target);

}  // namespace fleet::http
