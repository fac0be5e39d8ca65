// HTTP client, 1.1 and 2, with the timing of every phase.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/secret.hpp"
#include "core/http/url.hpp"
#include "core/io/deadline.hpp"
#include "core/net/failure.hpp"
#include "core/net/stream.hpp"
#include "core/net/tls.hpp"

namespace fleet::http {

using net::FailureKind;
using net::Step;
using net::TlsOptions;
using net::to_string;

/// Where the time of a request went. `connect` ends with a connection to the target, or with a tunnel to it;
/// `processing` with the first byte of the final response.
struct Phases {
  std::chrono::nanoseconds resolve{0}, connect{0}, tls{0}, processing{0}, transfer{0};
  std::chrono::nanoseconds total() const { return resolve + connect + tls + processing + transfer; }
};

/// Whom a request reached; filled as far as it got.
struct Peer {
  std::optional<asio::ip::address> address;
  std::optional<net::TlsFacts> tls;
};

/// No response. what() is one line without credentials.
class Failure : public net::Failure {
 public:
  Failure(Step at, FailureKind why, const Phases& spent, const std::string& what)
      : net::Failure(at, why, what), phases(spent) {}
  Phases phases;  ///< of the steps that ended, and how long the failing one took
  Peer peer;
};

struct Request {
  std::string method = "GET";
  Url url;
  std::vector<std::pair<std::string, std::string>>
      headers;  ///< Host, User-Agent and Content-Length are set if absent
  std::string body;
  std::size_t max_body_bytes = 4 * 1024 * 1024;  ///< more is Failure too_large, unless on_body takes it
  /// If set, it is given the body as it arrives (decoded of chunks, not of compression) and Response::body
  /// stays empty. Returning false ends the exchange: what came so far is the response. Called on the io thread.
  std::function<bool(std::string_view)> on_body;
  /// If set, called once with the response (no body yet) as soon as its head is complete.
  std::function<void(const struct Response&)> on_head;
};

struct Response {
  int status = 0;
  std::string version;  ///< "1.0", "1.1", "2.0"
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::pair<std::string, std::string>> trailers;  ///< behind an HTTP/2 or chunked body
  std::string body;
  std::uint64_t body_bytes = 0;                 ///< received, before decompression
  std::optional<std::uint64_t> content_length;  ///< as announced
  Phases phases;
  std::chrono::steady_clock::time_point end;  ///< when its last byte had been read
  Peer peer;
  /// Of the chain that the server presented; https only.
  std::optional<std::chrono::sys_seconds> earliest_certificate_expiry;
  std::string_view header(std::string_view name) const;  ///< case-insensitive; "" if absent
};

enum class Http2 : std::uint8_t {
  off,
  offer,     ///< by ALPN on https; HTTP/1.1 where the server does not take it, and on http
  required,  ///< by ALPN on https, by prior knowledge on http (gRPC)
};

struct Proxy {
  Url url;  ///< http or https
  std::string username;
  config::Secret password;  ///< Basic, if there is a username
  std::vector<std::pair<std::string, config::Secret>> connect_headers;
};

struct ClientOptions {
  TlsOptions tls;
  net::DialOptions dial;
  Http2 http2 = Http2::off;
  std::optional<Proxy> proxy;  ///< https through CONNECT, http in absolute form
};

/// Sends requests, each on a connection of its own (a probe must pay what a user pays). Parses the CA bundle
/// once, on first use of https. Lives on one io thread.
class Client {
 public:
  explicit Client(TlsOptions tls = {});
  explicit Client(ClientOptions options);
  ~Client();
  /// One request, one response, redirects not followed. Throws Failure only (a deadline is
  /// FailureKind::timeout). `server_name` replaces TlsOptions::server_name for this request if not empty.
  awaitable<Response> send(Request request, Deadline deadline, std::string server_name = {});

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fleet::http
