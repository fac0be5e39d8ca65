// gRPC probe: the standard health check, grpc.health.v1.Health/Check.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/http/client.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

inline constexpr FactKind grpc_duration{"probe_grpc_duration_seconds", "Duration of a gRPC request by phase."};
inline constexpr FactKind grpc_ssl{"probe_grpc_ssl", "Whether TLS was used for the connection."};
inline constexpr FactKind grpc_status_code{"probe_grpc_status_code", "gRPC status code of the response."};
inline constexpr FactKind grpc_health{"probe_grpc_healthcheck_response",
                                      "The health check's answer, 1 for the one given."};

struct GrpcOptions {
  std::string service;  ///< "": the server as a whole
  bool tls = false;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< sent with the request; values may be secrets
  http::ClientOptions client;
};

/// What of a response decides.
struct CheckAnswer {
  int http_status = 200;
  std::string content_type;
  std::optional<std::string> status;  ///< grpc-status, of the trailers or of a response that is trailers only
  std::string message;                ///< grpc-message as it came
  std::string body;
};
CheckAnswer answer_of(const http::Response& response);

/// Adds status code and health to `result`, and what is wrong with them. Pure.
void judge_check(const CheckAnswer& answer, ProbeResult& result);

/// One request on a connection of its own, over HTTP/2 (with TLS by ALPN, without by prior knowledge). Ends at
/// the deadline, and tells it to the server as grpc-timeout.
class GrpcProbe : public Probe {
 public:
  /// `hostname` replaces the authority and the name in the certificate if not empty.
  GrpcProbe(std::string host, std::string port, std::string hostname,
            std::shared_ptr<const GrpcOptions> options, std::shared_ptr<http::Client> client);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  http::Request request(const Attempt& attempt) const;

  std::string host_, port_, hostname_;
  std::shared_ptr<const GrpcOptions> options_;
  std::shared_ptr<http::Client> client_;
};

}  // namespace fleet::probers
