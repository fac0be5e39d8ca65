// Certificates for tests, made with libcrypto: no files, no openssl command.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/core/http/raw_server.hpp"

namespace fleet::testing {

struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
  /// Of the certificate, PEM.
  std::string pem() const;
  /// Of the key, PEM.
  std::string key_pem() const;
};

struct CertificateWish {
  std::string common_name;
  std::string names;  ///< subjectAltName: "DNS:localhost,IP:127.0.0.1"; "": none
  bool authority = false;
  std::chrono::seconds valid_for = std::chrono::hours(24);  ///< from now; negative: expired
};

/// Signed by `issuer`, or by itself.
Identity make_identity(const CertificateWish& wish, const Identity* issuer = nullptr);

/// Deletes its file when it dies.
class PemFile {
 public:
  explicit PemFile(const std::string& text);
  ~PemFile();
  PemFile(const PemFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Speaks TLS to one client at a time and answers every request with `response`.
class TlsServer {
 public:
  /// `chain`: the server's own identity first, then the certificates between it and the root.
  explicit TlsServer(const std::vector<Identity>& chain, std::string response);
  std::uint16_t port() const { return server_.port(); }
  /// The server name that the last client asked for.
  std::string server_name() const;

 private:
  void serve(Peer& peer);

  std::shared_ptr<SSL_CTX> context_;
  std::string response_;
  mutable std::mutex mutex_;
  std::string server_name_;
  RawServer server_;
};

}  // namespace fleet::testing
