// The client's side of TLS: trust, identity, and what the server presented.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/secret.hpp"

namespace fleet::net {

/// 0: OpenSSL's number is not limited. Else TLS1_VERSION ... TLS1_3_VERSION.
using TlsVersion = int;

/// Files and inline PEM exclude each other (the reader sees to it).
struct TlsOptions {
  std::string ca_file;  ///< empty and `ca` empty: the system's bundle
  std::string ca;       ///< PEM text
  std::string cert_file, cert;
  std::string key_file;
  config::Secret key;
  std::string server_name;  ///< sent as SNI and expected in the certificate; empty: the host that was dialled
  bool insecure_skip_verify = false;
  TlsVersion min_version = TLS1_2_VERSION;
  TlsVersion max_version = 0;
};

/// One SSL_CTX: what it trusts is parsed once, here (Debian's bundle costs 34 ms), and every connection of a
/// module shares it. Buffers are released while a connection idles (SSL_MODE_RELEASE_BUFFERS). One io thread.
class TlsContext {
 public:
  /// `alpn`: protocols offered, in order ("h2", "http/1.1"); none if empty. Throws std::runtime_error naming
  /// the file that cannot be used.
  explicit TlsContext(const TlsOptions& options, const std::vector<std::string>& alpn = {});
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  SSL_CTX* native() const { return context_; }
  const TlsOptions& options() const { return options_; }

 private:
  TlsOptions options_;
  SSL_CTX* context_ = nullptr;
};

/// What a handshake agreed on and the server showed. blackbox_exporter's meanings.
struct TlsFacts {
  std::string version;                                      ///< "TLS 1.2", "TLS 1.3"
  std::string cipher;                                       ///< IANA name, "TLS_AES_128_GCM_SHA256"
  std::string alpn;                                         ///< "h2", "http/1.1" or ""
  std::optional<std::chrono::sys_seconds> earliest_expiry;  ///< over the certificates that the server sent
  /// Of the verified chains, the one that lives longest: when its first certificate expires. Unset if not
  /// verified.
  std::optional<std::chrono::sys_seconds> last_chain_expiry;
  /// Of the leaf: SHA-256 of its DER in lower-case hex, subject and issuer as Go prints them
  /// ("CN=example.com,O=Example"), its DNS names joined by commas, serial number in lower-case hex.
  std::string fingerprint_sha256, subject, issuer, subject_alternative, serial_number;
};
TlsFacts tls_facts(SSL* ssl);

/// After a failed handshake: why the certificate was refused, "" if that was not the reason.
std::string certificate_problem(SSL* ssl);

}  // namespace fleet::net
