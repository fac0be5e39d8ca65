// Why a connection or an exchange over it came to nothing.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fleet::net {

/// The step of an exchange that failed; the words are label values and never change.
enum class Step : std::uint8_t { resolve, connect, proxy, tls, send, processing, transfer };
std::string_view to_string(Step step);

enum class FailureKind : std::uint8_t {
  timeout,
  refused,
  reset,
  unreachable,
  name,         ///< the name does not resolve
  forbidden,    ///< the address is outside of the allowed networks
  certificate,  ///< not trusted, wrong host, expired, not yet valid
  tls,
  protocol,
  too_large,
  exhausted  ///< on our side: no descriptor or no buffer was left; says nothing of the other side
};
std::string_view to_string(FailureKind kind);

/// what() is one line without credentials: "connect 10.0.0.1:80: Connection refused".
class Failure : public std::runtime_error {
 public:
  Failure(Step at, FailureKind why, const std::string& what) : std::runtime_error(what), step(at), kind(why) {}
  Step step;
  FailureKind kind;
};

/// What an error of a socket, a resolver or OpenSSL in that step amounts to.
FailureKind kind_of(const boost::system::error_code& error, Step step);

}  // namespace fleet::net
