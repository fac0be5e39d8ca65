#include "probers/http/redirection.hpp"

#include <algorithm>
#include <array>

#include "core/http/ascii_case.hpp"

namespace fleet::probers {

namespace {

bool is_harmless(const std::string& name) {
  constexpr std::array<std::string_view, 12> kNames{"accept",           "accept-charset", "accept-encoding",
                                                    "accept-language",  "cache-control",  "content-encoding",
                                                    "content-language", "content-type",   "pragma",
                                                    "user-agent",       "traceparent",    "tracestate"};
  return std::ranges::any_of(kNames, [&](auto harmless) { return http::equal_ignoring_case(name, harmless); });
}

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool trusts(const http::Url& from, const http::Url& to) {
  if (from.host != to.host) return false;
  if (from.tls == to.tls) return from.port == to.port;
  return to.tls && from.port == "80" && to.port == "443";
}

void follow_redirect(http::Request& request, int status, http::Url location) {
  bool const to_get = status <= 303 && request.method != "GET" && request.method != "HEAD";
  bool const trusted = trusts(request.url, location);
  bool const same_authority = request.url.authority() == location.authority();
  if (to_get) {
    request.method = "GET";
    request.body.clear();
  }
  std::erase_if(request.headers, [&](auto const& header) {
    auto const& name = header.first;
    if (http::equal_ignoring_case(name, "Host")) return !same_authority;
    if (http::equal_ignoring_case(name, "Cookie")) return true;
    if (to_get && http::equal_ignoring_case(std::string_view(name).substr(0, 8), "Content-")) return true;
    return !trusted && !is_harmless(name);
  });
  request.url = std::move(location);
}

}  // namespace fleet::probers
