// The server's side of TLS.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>

#include "core/io/deadline.hpp"
#include "core/web/web_config.hpp"

namespace fleet::web {

/// One SSL_CTX, made of one reading of the files that a configuration names. Connections that it began keep it
/// alive. Nothing is resumed: every connection shows its certificate anew.
class ServerTls {
 public:
  /// Throws config::Error at the key whose file cannot be used.
  explicit ServerTls(const TlsServerConfig& config);
  ServerTls(const ServerTls&) = delete;
  asio::ssl::context& context() { return context_; }

 private:
  void set_versions_and_ciphers();
  void set_client_rules();
  static int verify(int preverified, X509_STORE_CTX* store);

  TlsServerConfig config_;
  asio::ssl::context context_;
};

/// Whether one of a certificate's subject alternative names (DNS, mail, IP, URI) is among these.
bool has_name(X509* certificate, const std::vector<std::string>& names);

}  // namespace fleet::web
