// What a redirect makes of a request.
#pragma once

#include "core/http/client.hpp"

namespace fleet::probers {

/// Redirects that are followed, as blackbox_exporter has it.
inline constexpr int most_redirects = 10;

/// 301, 302, 303, 307, 308.
bool is_redirect(int status);

/// Whether credentials for one URL may go to the other: same host, and same scheme and port or from http at
/// port 80 to https at port 443.
bool trusts(const http::Url& from, const http::Url& to);

/// Turns the request into the one that a redirect of that status to `location` asks for: 301, 302 and 303 make
/// every method but GET and HEAD a GET without body, as browsers and Go do (RFC 9110 section 15.4). To a URL
/// that is not trusted go only headers that say nothing of who asks: Accept, Accept-Charset, Accept-Encoding,
/// Accept-Language, Cache-Control, Content-Encoding, Content-Language, Content-Type, Pragma, User-Agent,
/// traceparent and tracestate. Cookie never stays: it is for the jar to add.
void follow_redirect(http::Request& request, int status, http::Url location);

}  // namespace fleet::probers
