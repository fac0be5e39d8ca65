// HTTP/1.1 client with the timing of every phase; Beast stays in client.cpp.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/http/url.hpp"
#include "core/io/deadline.hpp"

namespace fleet::http {

/// The step of a request that failed; the words are label values and never change.
enum class Step : std::uint8_t { resolve, connect, tls, send, processing, transfer };
std::string_view to_string(Step step);

enum class FailureKind : std::uint8_t {
  timeout,
  refused,
  reset,
  unreachable,
  name,
  certificate,
  tls,
  protocol,
  too_large
};
std::string_view to_string(FailureKind kind);

struct Phases {
  std::chrono::nanoseconds resolve{0}, connect{0}, tls{0}, processing{0}, transfer{0};
  std::chrono::nanoseconds total() const { return resolve + connect + tls + processing + transfer; }
};

/// No response. what() is one line without credentials.
class Failure : public std::runtime_error {
 public:
  Failure(Step at, FailureKind why, const Phases& spent, const std::string& what)
      : std::runtime_error(what), step(at), kind(why), phases(spent) {}
  Step step;
  FailureKind kind;
  Phases phases;  ///< of the steps that ended, and how long the failing one took
};

struct Request {
  std::string method = "GET";
  Url url;
  std::vector<std::pair<std::string, std::string>>
      headers;  ///< Host, User-Agent and Content-Length are set if absent
  std::string body;
  std::size_t max_body_bytes = 4 * 1024 * 1024;
};

struct Response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Phases phases;
  /// Of the chain that the server presented; https only.
  std::optional<std::chrono::sys_seconds> earliest_certificate_expiry;
  std::string_view header(std::string_view name) const;  ///< case-insensitive; "" if absent
};

struct TlsOptions {
  std::string ca_file;      ///< empty: the system's bundle
  std::string server_name;  ///< sent as SNI and expected in the certificate; empty: the URL's host
  bool insecure_skip_verify = false;
};

/// Sends requests, each on a connection of its own (a probe must pay what a user pays). Parses the CA bundle
/// once, on first use of https. Lives on one io thread.
class Client {
 public:
  explicit Client(TlsOptions tls = {});
  ~Client();
  /// One request, one response, redirects not followed. Throws Failure only (a deadline is
  /// FailureKind::timeout).
  awaitable<Response> send(Request request, Deadline deadline);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fleet::http
