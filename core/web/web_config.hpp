// The file of --web.config.file, as exporter-toolkit defines it: TLS, headers, users, a rate limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/document.hpp"
#include "core/config/secret.hpp"
#include "core/net/pem.hpp"

namespace fleet::web {

/// What is asked of a client's certificate; crypto/tls' names.
enum class ClientCertificate : std::uint8_t { none, request, require_any, verify_if_given, require_and_verify };

struct TlsServerConfig {
  net::Pem certificate, key, client_authorities;
  ClientCertificate client_certificate = ClientCertificate::none;
  /// Of the client's subject alternative names one must be in it; nullopt: whatever.
  std::optional<std::vector<std::string>> client_allowed_sans;
  int min_version, max_version;            ///< OpenSSL's TLS1_VERSION ...
  std::optional<std::string> cipher_list;  ///< OpenSSL's names, of TLS 1.2 and before; empty: none of them
  std::string groups;                      ///< OpenSSL's names; empty: the default
  bool prefer_server_ciphers = true;
  std::string certificate_place, client_place;  ///< "file:line:column", for errors
};

struct RateLimit {
  std::chrono::milliseconds interval;  ///< one more request is allowed each
  unsigned burst;  ///< that many at once; with 0 none is ever allowed, as in exporter-toolkit

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

struct WebConfig {
  std::optional<TlsServerConfig> tls;
  std::vector<std::pair<std::string, std::string>> headers;  ///< of every response
  std::map<std::string, config::Secret, std::less<>> users;  ///< bcrypt hashes; none: everybody may
  std::vector<std::string> auth_excluded_paths;              ///< answered without a user
  std::optional<RateLimit> rate_limit;
};

/// Reads and checks the file; an empty one asks for nothing. Opens none of the files that it names. Throws
/// config::Error; a key that nobody knows is one, as with exporter-toolkit.
///
/// A key without a value is one that is not there. Refused beyond exporter-toolkit: `cert` beside `cert_file`
/// and the like, a `tls_server_config` that encrypts nothing, a rate limit that lets nothing through. `http2`
/// is checked and otherwise ignored: HTTP/1.1 is spoken. `auth_excluded_paths` is ours.
WebConfig read_web_config(const std::string& file);

}  // namespace fleet::web
