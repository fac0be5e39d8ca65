// http and https URLs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fleet::http {

struct Url {
  bool tls = false;
  std::string host;    ///< without brackets
  std::string port;    ///< "80" or "443" if not given
  std::string target;  ///< path and query, at least "/"

  /// nullopt unless http:// or https:// with a host, no credentials, a port in 1..65535.
  static std::optional<Url> parse(std::string_view text);
  /// A reference (RFC 3986 section 5, absolute, "//host/x", "/x", "x") against this URL.
  std::optional<Url> resolve(std::string_view reference) const;
  /// "host" or "host:port" as the Host header wants it.
  std::string authority() const;
  std::string to_string() const;
};

}  // namespace fleet::http
