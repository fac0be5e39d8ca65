#include "core/http/client.hpp"

#include <boost/system/system_error.hpp>
#include <system_error>

#include "core/http/ascii_case.hpp"
#include "core/http/exchange.hpp"
#include "core/http/http1.hpp"
#include "core/http/http2.hpp"
#include "core/http/proxy.hpp"

namespace fleet::http {

namespace {

std::vector<std::string> alpn_of(Http2 http2) {
  switch (http2) {
    case Http2::offer:
      return {"h2", "http/1.1"};
    case Http2::required:
      return {"h2"};
    case Http2::off:
      break;
  }
  return {};
}

}  // namespace

struct Client::Impl {
  explicit Impl(ClientOptions given) : options(std::move(given)), server_name(options.tls.server_name) {
    // Contexts name no server, so that each handshake can.
    options.tls.server_name.clear();
  }

  /// The CA bundle is parsed here, once, outside of any phase that is timed.
  void prepare(const Url& url) {
    if (url.tls && !context) context = std::make_unique<net::TlsContext>(options.tls, alpn_of(options.http2));
    if (options.proxy && options.proxy->url.tls && !proxy_context)
      proxy_context = std::make_unique<net::TlsContext>(options.tls);
  }

  static awaitable<Response> send(std::shared_ptr<Impl> self, Request request, Deadline deadline,
                                  std::string server_name);
  awaitable<void> attempt(Request& request, const std::string& name, Deadline deadline, Progress& progress,
                          Response& response);
  awaitable<net::Stream> connect(const Url& to, Deadline deadline, Progress& progress);
  awaitable<void> reach_through_proxy(net::Stream& stream, const Url& url, Progress& progress);

  ClientOptions options;
  std::string server_name;
  std::unique_ptr<net::TlsContext> context, proxy_context;
};

awaitable<net::Stream> Client::Impl::connect(const Url& to, Deadline deadline, Progress& progress) {
  auto addresses = co_await net::addresses_of(to.host, options.dial.address, deadline);
  progress.enter(Step::connect);
  progress.peer.address = addresses.back();  // tried last, if none accepts
  auto dialed = co_await net::dial_addresses(std::move(addresses), to.port, options.dial.source, deadline);
  progress.peer.address = dialed.peer.address();
  co_return std::move(dialed.stream);
}

/// From a connection to the proxy to one through it.
awaitable<void> Client::Impl::reach_through_proxy(net::Stream& stream, const Url& url, Progress& progress) {
  progress.enter(Step::proxy);
  auto const& proxy = *options.proxy;
  if (proxy.url.tls) co_await stream.start_tls(*proxy_context, proxy.url.host);
  if (url.tls || options.http2 == Http2::required) co_await open_tunnel(stream, proxy, url, progress);
}

awaitable<void> Client::Impl::attempt(Request& request, const std::string& name, Deadline deadline,
                                      Progress& progress, Response& response) {
  // Timers only end waits: an operation that needs none would still succeed.
  if (deadline.expired()) throw Timeout("request");
  bool const tls = request.url.tls;
  bool const tunnelled = options.proxy && (tls || options.http2 == Http2::required);
  if (options.proxy) progress.reach_for_proxy();
  auto stream = co_await connect(options.proxy ? options.proxy->url : request.url, deadline, progress);
  if (options.proxy) co_await reach_through_proxy(stream, request.url, progress);
  progress.leave_proxy();

  bool http2 = options.http2 == Http2::required;
  if (tls) {
    progress.enter(Step::tls);
    co_await stream.start_tls(*context, name);
    auto const taken = Progress::Clock::now();
    progress.peer.tls = net::tls_facts(stream.ssl());
    response.earliest_certificate_expiry = progress.peer.tls->earliest_expiry;
    bool const agreed = progress.peer.tls->alpn == "h2";
    if (http2 && !agreed) throw progress.failure(FailureKind::protocol, "the server does not speak HTTP/2");
    http2 = agreed;
    progress.enter(Step::send, taken);
  }
  if (http2) {
    co_await exchange_http2(stream, request, progress, response);
  } else if (options.proxy && !tunnelled) {
    auto authorization = proxy_authorization(*options.proxy);
    if (!authorization.first.empty()) request.headers.push_back(std::move(authorization));
    auto const target = request.url.to_string();
    co_await exchange_http1(stream, request, target, progress, response);
  } else {
    co_await exchange_http1(stream, request, request.url.target, progress, response);
  }
  // Before the connection closes: that is nothing the server does.
  response.end = Progress::Clock::now();
  response.phases = progress.finish(response.end);
}

awaitable<Response> Client::Impl::send(std::shared_ptr<Impl> self, Request request, Deadline deadline,
                                       std::string server_name) {
  auto const authority = request.url.authority();
  try {
    self->prepare(request.url);
  } catch (const std::exception& e) {
    throw Failure(Step::tls, FailureKind::tls, {}, "tls " + authority + ": " + e.what());
  }
  if (server_name.empty()) server_name = self->server_name.empty() ? request.url.host : self->server_name;
  Progress progress(authority);
  Response response;
  try {
    co_await self->attempt(request, server_name, deadline, progress, response);
  } catch (const Failure&) {
    throw;
  } catch (const net::Failure& failure) {
    throw progress.failure(failure);
  } catch (const Timeout&) {
    throw progress.failure(FailureKind::timeout, "timed out");
  } catch (const boost::system::system_error& e) {  // not a std::system_error
    throw progress.failure(e.code());
  } catch (const std::system_error& e) {
    throw progress.failure(boost::system::error_code(e.code().value(), boost::system::system_category()));
  } catch (const std::exception& e) {
    throw progress.failure(FailureKind::protocol, e.what());
  }
  response.peer = std::move(progress.peer);
  co_return response;
}

Client::Client(TlsOptions tls) {
  ClientOptions options;
  options.tls = std::move(tls);
  impl_ = std::make_shared<Impl>(std::move(options));
}

Client::Client(ClientOptions options) : impl_(std::make_shared<Impl>(std::move(options))) {}

Client::~Client() = default;

awaitable<Response> Client::send(Request request, Deadline deadline, std::string server_name) {
  return Impl::send(impl_, std::move(request), deadline, std::move(server_name));
}

std::string_view Response::header(std::string_view name) const {
  for (auto const& [key, value] : headers)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}

}  // namespace fleet::http
