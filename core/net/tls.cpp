#include "core/net/tls.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <stdexcept>

#include "core/net/pem.hpp"

namespace fleet::net {
namespace {

void load_authorities(SSL_CTX* context, const TlsOptions& options) {
  Pem const named{options.ca_file, options.ca};
  if (!named.empty()) {
    trust(context, named);
  } else if (SSL_CTX_set_default_verify_paths(context) != 1) {
    throw std::runtime_error("cannot read CA certificates from the system's CA bundle: " + last_tls_error());
  }
}

void load_identity(SSL_CTX* context, const TlsOptions& options) {
  Pem const certificate{options.cert_file, options.cert};
  if (certificate.empty()) return;
  Pem const key{options.key_file, options.key.reveal()};
  use_identity(context, certificate, key, "client");
}

void limit_versions(SSL_CTX* context, const TlsOptions& options) {
  if (SSL_CTX_set_min_proto_version(context, options.min_version) != 1 ||
      SSL_CTX_set_max_proto_version(context, options.max_version) != 1)
    throw std::runtime_error("TLS version not supported: " + last_tls_error());
  // OpenSSL 3 has moved versions before 1.2 out of the default security level: who asks for them wants them.
  if (options.min_version != 0 && options.min_version < TLS1_2_VERSION)
    SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
}

void offer_protocols(SSL_CTX* context, const std::vector<std::string>& alpn) {
  std::string wire;
  for (auto const& protocol : alpn) wire += static_cast<char>(protocol.size()) + protocol;
  if (wire.empty()) return;
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(wire.data()),
                          static_cast<unsigned>(wire.size()));
}

}  // namespace

TlsContext::TlsContext(const TlsOptions& options, const std::vector<std::string>& alpn) : options_(options) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) throw std::runtime_error("TLS context: " + last_tls_error());
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Every connection pays for a whole handshake, as a user's first would.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  limit_versions(context.get(), options);
  offer_protocols(context.get(), alpn);
  if (options.insecure_skip_verify && options.ca_file.empty() && options.ca.empty()) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  } else {
    load_authorities(context.get(), options);
    SSL_CTX_set_verify(context.get(), options.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                       nullptr);
  }
  load_identity(context.get(), options);
  context_ = context.release();
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace fleet::net
