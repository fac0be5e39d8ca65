#include "core/net/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace fleet::net {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// PEM from a file or from the configuration, and how errors call it.
struct Source {
  Owned<BIO> bio;
  std::string name;
};

/// The end of a PEM text, rather than something in it that cannot be parsed.
bool at_end() {
  auto const code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

std::string last_error() {
  auto const* const reason = at_end() ? nullptr : ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "not in PEM format";
}

Source open(const std::string& file, const std::string& text, const std::string& what) {
  ERR_clear_error();
  if (file.empty())
    return {Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))), "the inline " + what};
  Source source{Owned<BIO>(BIO_new_file(file.c_str(), "re")), file};
  auto reason = source.bio ? std::string() : std::strerror(errno);
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) reason = std::strerror(EISDIR);
  ERR_clear_error();
  if (!reason.empty()) throw std::runtime_error("cannot read " + what + " from " + file + ": " + reason);
  return source;
}

/// Never asks on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

Owned<X509> next_certificate(BIO* bio) {
  return Owned<X509>(PEM_read_bio_X509(bio, nullptr, no_passphrase, nullptr));
}

void load_authorities(SSL_CTX* context, const TlsOptions& options) {
  if (options.ca_file.empty() && options.ca.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1)
      throw std::runtime_error("cannot read CA certificates from the system's CA bundle: " + last_error());
    return;
  }
  auto const source = open(options.ca_file, options.ca, "CA certificates");
  auto* const store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (auto const certificate = next_certificate(source.bio.get())) {
    X509_STORE_add_cert(store, certificate.get());
    ++count;
  }
  if (count == 0 || !at_end())
    throw std::runtime_error("cannot read CA certificates from " + source.name + ": " + last_error());
  ERR_clear_error();
  // A certificate that somebody names is trusted, whether it signed itself or not.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

void load_identity(SSL_CTX* context, const TlsOptions& options) {
  if (options.cert_file.empty() && options.cert.empty()) return;
  auto const source = open(options.cert_file, options.cert, "the client certificate");
  auto const certificate = next_certificate(source.bio.get());
  if (!certificate || SSL_CTX_use_certificate(context, certificate.get()) != 1)
    throw std::runtime_error("cannot read the client certificate from " + source.name + ": " + last_error());
  while (auto const more = next_certificate(source.bio.get())) SSL_CTX_add1_chain_cert(context, more.get());
  ERR_clear_error();

  auto const key_source = open(options.key_file, options.key.reveal(), "the client key");
  Owned<EVP_PKEY> const key(PEM_read_bio_PrivateKey(key_source.bio.get(), nullptr, no_passphrase, nullptr));
  if (!key)
    throw std::runtime_error("cannot read the client key from " + key_source.name + ": " + last_error());
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    throw std::runtime_error("the client key from " + key_source.name +
                             " is not that of the certificate from " + source.name);
  }
}

void limit_versions(SSL_CTX* context, const TlsOptions& options) {
  if (SSL_CTX_set_min_proto_version(context, options.min_version) != 1 ||
      SSL_CTX_set_max_proto_version(context, options.max_version) != 1)
    throw std::runtime_error("TLS version not supported: " + last_error());
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
  if (!context) throw std::runtime_error("TLS context: " + last_error());
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
