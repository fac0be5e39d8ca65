#include "core/net/pem.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
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

/// An opened text, and how errors call it.
struct Source {
  Owned<BIO> bio;
  std::string name;
};

/// The end of a PEM text, rather than something in it that cannot be parsed.
bool at_end() {
  auto const code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

Source open(const Pem& pem, const std::string& what) {
  ERR_clear_error();
  auto const& [file, text] = pem;
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

}  // namespace

std::string last_tls_error() {
  auto const* const reason = at_end() ? nullptr : ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "not in PEM format";
}

void trust(SSL_CTX* context, const Pem& authorities) {
  auto const source = open(authorities, "CA certificates");
  auto* const store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (auto const certificate = next_certificate(source.bio.get())) {
    X509_STORE_add_cert(store, certificate.get());
    ++count;
  }
  if (count == 0 || !at_end())
    throw std::runtime_error("cannot read CA certificates from " + source.name + ": " + last_tls_error());
  ERR_clear_error();
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

void use_identity(SSL_CTX* context, const Pem& certificate, const Pem& key, const std::string& whose) {
  auto const source = open(certificate, "the " + whose + " certificate");
  auto const leaf = next_certificate(source.bio.get());
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1)
    throw std::runtime_error("cannot read the " + whose + " certificate from " + source.name + ": " +
                             last_tls_error());
  while (auto const more = next_certificate(source.bio.get())) SSL_CTX_add1_chain_cert(context, more.get());
  ERR_clear_error();

  auto const key_source = open(key, "the " + whose + " key");
  Owned<EVP_PKEY> const parsed(PEM_read_bio_PrivateKey(key_source.bio.get(), nullptr, no_passphrase, nullptr));
  if (!parsed)
    throw std::runtime_error("cannot read the " + whose + " key from " + key_source.name + ": " +
                             last_tls_error());
  if (SSL_CTX_use_PrivateKey(context, parsed.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    throw std::runtime_error("the " + whose + " key from " + key_source.name +
                             " is not that of the certificate from " + source.name);
  }
}

}  // namespace fleet::net
