#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <ctime>

#include "core/net/distinguished_name.hpp"
#include "core/net/tls.hpp"

namespace fleet::net {
namespace {

std::optional<std::chrono::sys_seconds> earliest_expiry(const STACK_OF(X509) * chain) {
  std::optional<std::chrono::sys_seconds> earliest;
  for (int i = 0; chain && i < sk_X509_num(chain); ++i) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(chain, i)), &parts) != 1) continue;
    std::chrono::sys_seconds const expiry{std::chrono::seconds(timegm(&parts))};
    if (!earliest || expiry < *earliest) earliest = expiry;
  }
  return earliest;
}

std::string fingerprint(const X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1) return {};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

std::string serial_number(const X509* certificate) {
  std::unique_ptr<BIGNUM, decltype(&BN_free)> const number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr), BN_free);
  if (!number) return {};
  char* const hex = BN_bn2hex(number.get());
  std::string text = hex ? hex : "";
  OPENSSL_free(hex);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto const sign = text.starts_with('-') ? std::size_t{1} : 0;
  while (text.size() > sign + 1 && text[sign] == '0') text.erase(sign, 1);
  return text;
}

std::string dns_names(const X509* certificate) {
  std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> const names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  std::string text;
  bool first = true;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    auto const* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    if (!first) text += ',';
    first = false;
    text.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  return text;
}

std::string version_name(int version) {
  switch (version) {
    case TLS1_VERSION:
      return "TLS 1.0";
    case TLS1_1_VERSION:
      return "TLS 1.1";
    case TLS1_2_VERSION:
      return "TLS 1.2";
    case TLS1_3_VERSION:
      return "TLS 1.3";
    default:
      return "unknown";
  }
}

}  // namespace

TlsFacts tls_facts(SSL* ssl) {
  TlsFacts facts;
  facts.version = version_name(SSL_version(ssl));
  auto const* const cipher = SSL_get_current_cipher(ssl);
  auto const* const name = cipher ? SSL_CIPHER_standard_name(cipher) : nullptr;
  facts.cipher = name ? name : "";
  const unsigned char* alpn = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &length);
  if (alpn) facts.alpn.assign(reinterpret_cast<const char*>(alpn), length);

  facts.earliest_expiry = earliest_expiry(SSL_get_peer_cert_chain(ssl));
  bool const verified =
      (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0 && SSL_get_verify_result(ssl) == X509_V_OK;
  // OpenSSL builds one chain, the first that is trusted: it is all of "the verified chains".
  if (verified) facts.last_chain_expiry = earliest_expiry(SSL_get0_verified_chain(ssl));

  if (auto const* const leaf = SSL_get0_peer_certificate(ssl)) {
    facts.fingerprint_sha256 = fingerprint(leaf);
    facts.subject = distinguished_name(X509_get_subject_name(leaf));
    facts.issuer = distinguished_name(X509_get_issuer_name(leaf));
    facts.subject_alternative = dns_names(leaf);
    facts.serial_number = serial_number(leaf);
  }
  return facts;
}

std::string certificate_problem(SSL* ssl) {
  long const result = SSL_get_verify_result(ssl);
  if (result == X509_V_OK || (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) == 0) return {};
  return X509_verify_cert_error_string(result);
}

}  // namespace fleet::net
