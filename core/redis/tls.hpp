// TLS to Redis servers.
#pragma once

#include <memory>
#include <string>

#include "core/config/document.hpp"

namespace fleet::net {
class TlsContext;
}

namespace fleet::redis {

struct TlsSettings {
  std::string ca_file{};  ///< empty: the system's authorities
  std::string cert_file{}, key_file{};
  std::string server_name{};  ///< expected in the certificate; empty: the host that is dialled
  bool insecure_skip_verify = false;
  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

/// What a server is trusted by, or that there is no TLS. The files are read once, when it is made; copies share
/// that.
class Tls {
 public:
  Tls() = default;
  /// Throws std::runtime_error naming the file that cannot be used.
  explicit Tls(TlsSettings settings);

  explicit operator bool() const { return context_ != nullptr; }
  const net::TlsContext& context() const { return *context_; }
  /// Whether both are made of the same settings.
  friend bool operator==(const Tls& a, const Tls& b) {
    return bool(a) == bool(b) && a.settings_ == b.settings_;
  }

 private:
  TlsSettings settings_;
  std::shared_ptr<const net::TlsContext> context_;
};

/// Reads `{ca_file, cert_file, key_file, server_name, insecure_skip_verify}`, or `true` for the defaults, or
/// `false` for none. Throws config::Error.
Tls read_tls(const config::Value& value);

}  // namespace fleet::redis
