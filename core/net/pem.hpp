// Certificates and keys in PEM, from files or from texts of a configuration, into an SSL_CTX.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace fleet::net {

/// A PEM text: that of the file, or `text` if no file is named.
struct Pem {
  std::string file;
  std::string text;
  bool empty() const { return file.empty() && text.empty(); }
};

/// Trusts every certificate in it, whether it signed itself or not. Throws std::runtime_error, which names the
/// file, if there is none or one that cannot be read.
void trust(SSL_CTX* context, const Pem& authorities);

/// Shows the certificate, those after it as its chain, and uses the key. `whose` is for errors: "client".
/// Throws std::runtime_error, which names the file; a key with a passphrase cannot be read.
void use_identity(SSL_CTX* context, const Pem& certificate, const Pem& key, const std::string& whose);

/// What OpenSSL's last error says, which is forgotten; "not in PEM format" if it only found nothing.
std::string last_tls_error();

}  // namespace fleet::net
