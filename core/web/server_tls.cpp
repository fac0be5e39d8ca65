#include "core/web/server_tls.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace fleet::web {
namespace {

// Forward secrecy and authenticated encryption; what crypto/tls prefers.
constexpr std::string_view default_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
// With these, what versions before 1.2 have of forward secrecy.
constexpr std::string_view older_ciphers =
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";
// crypto/tls' curves. OpenSSL's own default has finite fields besides, whose handshake costs 160 ms of a core
// before anybody has shown a password.
constexpr std::string_view default_groups = "X25519:P-256:P-384:P-521";

int own_index() {
  static int const index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// HTTP/1.1 to whoever offers it; who offers something else may go on without an agreement.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                    unsigned length, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, ours, sizeof ours - 1, offered, length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::string address_text(const ASN1_OCTET_STRING* octets) {
  auto const* const bytes = ASN1_STRING_get0_data(octets);
  auto const length = static_cast<std::size_t>(ASN1_STRING_length(octets));
  asio::ip::address_v4::bytes_type four;
  asio::ip::address_v6::bytes_type sixteen;
  if (length == four.size()) {
    std::memcpy(four.data(), bytes, length);
    return asio::ip::address_v4(four).to_string();
  }
  if (length != sixteen.size()) return {};
  std::memcpy(sixteen.data(), bytes, length);
  return asio::ip::address_v6(sixteen).to_string();
}

std::string text_of(const GENERAL_NAME* name) {
  int type = 0;
  auto const* const value = GENERAL_NAME_get0_value(name, &type);
  if (type == GEN_IPADD) return address_text(static_cast<const ASN1_OCTET_STRING*>(value));
  if (type != GEN_DNS && type != GEN_EMAIL && type != GEN_URI) return {};
  auto const* const text = static_cast<const ASN1_IA5STRING*>(value);
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

}  // namespace

bool has_name(X509* certificate, const std::vector<std::string>& names) {
  struct Free {
    void operator()(GENERAL_NAMES* list) const { GENERAL_NAMES_free(list); }
  };
  std::unique_ptr<GENERAL_NAMES, Free> const list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int n = 0; list && n < sk_GENERAL_NAME_num(list.get()); ++n) {
    auto const text = text_of(sk_GENERAL_NAME_value(list.get(), n));
    if (!text.empty() && std::ranges::find(names, text) != names.end()) return true;
  }
  return false;
}

ServerTls::ServerTls(const TlsServerConfig& config)
    : config_(config), context_(asio::ssl::context::tls_server) {
  auto* const native = context_.native_handle();
  SSL_CTX_set_ex_data(native, own_index(), this);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  set_versions_and_ciphers();
  try {
    net::use_identity(native, config_.certificate, config_.key, "server");
  } catch (const std::runtime_error& error) {
    throw config::Error(config_.certificate_place + ": " + error.what());
  }
  set_client_rules();
}

void ServerTls::set_versions_and_ciphers() {
  auto* const native = context_.native_handle();
  auto min_version = config_.min_version;
  std::string ciphers(config_.cipher_list.value_or(std::string(default_ciphers)));
  // With suites of TLS 1.3 alone there is nothing that an older version could agree on.
  if (ciphers.empty()) min_version = std::max(min_version, TLS1_3_VERSION);
  // OpenSSL 3 has moved versions before 1.2 out of the default security level: who asks for them wants them.
  if (min_version < TLS1_2_VERSION) {
    if (!config_.cipher_list) ciphers.append(":").append(older_ciphers);
    ciphers += ":@SECLEVEL=0";
  }
  bool good = SSL_CTX_set_min_proto_version(native, min_version) == 1 &&
              SSL_CTX_set_max_proto_version(native, config_.max_version) == 1;
  if (!ciphers.empty()) good = good && SSL_CTX_set_cipher_list(native, ciphers.c_str()) == 1;
  std::string const groups(config_.groups.empty() ? default_groups : std::string_view(config_.groups));
  good = good && SSL_CTX_set1_groups_list(native, groups.c_str()) == 1;
  if (!good) throw config::Error(config_.certificate_place + ": OpenSSL: " + net::last_tls_error());
  if (config_.prefer_server_ciphers) SSL_CTX_set_options(native, SSL_OP_CIPHER_SERVER_PREFERENCE);
}

void ServerTls::set_client_rules() {
  auto* const native = context_.native_handle();
  auto const asked = config_.client_certificate;
  if (asked == ClientCertificate::none) {
    SSL_CTX_set_verify(native, SSL_VERIFY_NONE, nullptr);
    return;
  }
  bool const required =
      asked == ClientCertificate::require_any || asked == ClientCertificate::require_and_verify;
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     &ServerTls::verify);
  try {
    if (!config_.client_authorities.empty()) {
      net::trust(native, config_.client_authorities);
    } else if (SSL_CTX_set_default_verify_paths(native) != 1) {
      throw std::runtime_error("cannot read the system's CA bundle: " + net::last_tls_error());
    }
  } catch (const std::runtime_error& error) {
    throw config::Error(config_.client_place + ": " + error.what());
  }
}

int ServerTls::verify(int preverified, X509_STORE_CTX* store) {
  auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto const* const self =
      static_cast<const ServerTls*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), own_index()));
  auto const& config = self->config_;
  bool const verified = config.client_certificate == ClientCertificate::verify_if_given ||
                        config.client_certificate == ClientCertificate::require_and_verify;
  if (!preverified && verified) return 0;
  bool const leaf = X509_STORE_CTX_get_error_depth(store) == 0;
  if (leaf && config.client_allowed_sans &&
      !has_name(X509_STORE_CTX_get_current_cert(store), *config.client_allowed_sans)) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
  }
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

}  // namespace fleet::web
