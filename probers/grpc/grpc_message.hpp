// The few octets of gRPC and of its health checking protocol that a probe needs. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fleet::probers::grpc {

/// A message that is not what the protocol says; what() says why, without its content.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Status codes of gRPC that are told apart here.
namespace status {
inline constexpr int ok = 0, unknown = 2, deadline_exceeded = 4, permission_denied = 7, unimplemented = 12,
                     internal = 13, unavailable = 14, unauthenticated = 16;
}

/// "UNAVAILABLE"; "code 99" where there is no name.
std::string status_name(int code);
/// The value of a `grpc-status` header; nullopt if it is no number.
std::optional<int> parse_status(std::string_view text);
/// What an HTTP status stands for where there is no grpc-status (gRPC's "HTTP to gRPC Status Code Mapping").
int status_of_http(int http_status);

/// The value of `grpc-timeout`: at most eight digits and a unit, rounded down so that the server gives up no
/// later than we do; at least one microsecond.
std::string timeout_header(std::chrono::nanoseconds left);
/// `grpc-message` with its percent-encoding undone; what is no valid encoding is kept as it is.
std::string decode_percent(std::string_view text);

/// A HealthCheckRequest for that service ("": the server as a whole), framed as a message of a gRPC stream.
std::string health_request(std::string_view service);

/// HealthCheckResponse.ServingStatus; a server may send numbers that have no name here.
enum class ServingStatus : std::uint32_t { unknown = 0, serving = 1, not_serving = 2, service_unknown = 3 };
/// "SERVING"; the number where there is no name.
std::string serving_status_name(ServingStatus serving);

/// The status in the body of an answer: exactly one framed HealthCheckResponse, not compressed. Throws
/// Malformed.
ServingStatus decode_health_response(std::string_view body);

}  // namespace fleet::probers::grpc
