// A gRPC server on 127.0.0.1, a session of nghttp2's own, that answers what a test wants.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/http/certificates.hpp"
#include "tests/core/http/raw_server.hpp"

namespace fleet::testing {

struct GrpcRequest {
  std::map<std::string, std::string> headers;  ///< with :method, :path, :authority
  std::string body;                            ///< framed message
};

struct GrpcAnswer {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  Fields headers{{":status", "200"}, {"content-type", "application/grpc"}};
  std::string body;
  Fields trailers;  ///< none: the response ends with its headers or body
  enum class Then { answer, reset, hang, hang_up } then = Then::answer;

  /// grpc-status 0 and a HealthCheckResponse with that serving status.
  static GrpcAnswer serving(int status);
  /// A response that is trailers only, as servers report errors.
  static GrpcAnswer error(int status, const std::string& message);
};

/// Serves one connection after another; with an identity, over TLS that offers h2.
class GrpcHealthServer {
 public:
  using Script = std::function<GrpcAnswer(const GrpcRequest&)>;
  explicit GrpcHealthServer(Script script, const Identity* identity = nullptr);
  std::string target() const { return "127.0.0.1:" + std::to_string(server_.port()); }
  std::uint16_t port() const { return server_.port(); }
  /// Requests so far.
  std::vector<GrpcRequest> requests() const;

 private:
  struct Connection;
  void serve(Peer& peer);

  Script script_;
  std::shared_ptr<SSL_CTX> context_;
  mutable std::mutex mutex_;
  std::vector<GrpcRequest> requests_;
  RawServer server_;  // last: its thread uses the others
};

}  // namespace fleet::testing
