// Sends one request from a test case and waits for its outcome.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "core/http/client.hpp"
#include "tests/servers/coroutine.hpp"

namespace fleet::testing {

inline http::Request request_to(std::uint16_t port, const std::string& target = "/", bool tls = false,
                                const std::string& host = "127.0.0.1") {
  http::Request request;
  request.url.tls = tls;
  request.url.host = host;
  request.url.port = std::to_string(port);
  request.url.target = target;
  return request;
}

/// Throws http::Failure.
inline http::Response send(http::Request request, http::TlsOptions tls = {},
                           std::chrono::milliseconds patience = std::chrono::seconds(10)) {
  asio::io_context io;
  http::Client client(std::move(tls));
  return run_on(io, client.send(std::move(request), Deadline::after(patience)));
}

/// The Failure; fails the test case if there is a response.
inline http::Failure failure_of(http::Request request, http::TlsOptions tls = {},
                                std::chrono::milliseconds patience = std::chrono::seconds(10)) {
  try {
    auto const response = send(std::move(request), std::move(tls), patience);
    throw std::logic_error("expected a failure, got status " + std::to_string(response.status));
  } catch (const http::Failure& failure) {
    return failure;
  }
}

/// "connect refused", for comparison.
inline std::string outcome(const http::Failure& failure) {
  return std::string(to_string(failure.step)) + " " + std::string(to_string(failure.kind));
}

}  // namespace fleet::testing
