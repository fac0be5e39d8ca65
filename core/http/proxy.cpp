#include "core/http/proxy.hpp"

#include "core/http/base64.hpp"
#include "core/http/http1.hpp"

namespace fleet::http {
namespace {

/// Always with the port, as CONNECT wants it (RFC 9110 section 9.3.6).
std::string tunnel_target(const Url& url) {
  return (url.host.find(':') == url.host.npos ? url.host : "[" + url.host + "]") + ":" + url.port;
}

}  // namespace

std::pair<std::string, std::string> proxy_authorization(const Proxy& proxy) {
  if (proxy.username.empty()) return {};
  return {"Proxy-Authorization", "Basic " + base64(proxy.username + ":" + proxy.password.reveal())};
}

awaitable<void> open_tunnel(net::Stream& stream, const Proxy& proxy, const Url& url, Progress& progress) {
  Request request;
  request.method = "CONNECT";
  request.url = url;
  auto authorization = proxy_authorization(proxy);
  if (!authorization.first.empty()) request.headers.push_back(std::move(authorization));
  for (auto const& [name, value] : proxy.connect_headers) request.headers.emplace_back(name, value.reveal());
  Response response;
  auto const target = tunnel_target(url);
  co_await exchange_http1(stream, request, target, progress, response);
  progress.enter(Step::proxy);
  if (response.status < 200 || response.status > 299)
    throw progress.failure(FailureKind::protocol,
                           "the proxy answered " + std::to_string(response.status) + " to CONNECT");
}

}  // namespace fleet::http
