#include "tests/core/http/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace fleet::testing {
namespace {

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  if (!extension) throw std::runtime_error("cannot make extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

template <class Write>
std::string written(Write write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> const memory(BIO_new(BIO_s_mem()), BIO_free);
  write(memory.get());
  char* text = nullptr;
  auto const length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

std::string Identity::pem() const {
  return written([this](BIO* memory) { PEM_write_bio_X509(memory, certificate.get()); });
}

std::string Identity::key_pem() const {
  return written([this](BIO* memory) {
    PEM_write_bio_PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Identity make_identity(const CertificateWish& wish, const Identity* issuer) {
  static long serial = 1000;
  Identity made;
  made.key.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
  made.certificate.reset(X509_new(), X509_free);
  auto* const certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -48 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.valid_for.count());
  X509_set_pubkey(certificate, made.key.get());
  auto const* const name = reinterpret_cast<const unsigned char*>(wish.common_name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, name, -1, -1, 0);
  X509* const signer = issuer ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  add_extension(certificate, signer, NID_basic_constraints, wish.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!wish.names.empty()) add_extension(certificate, signer, NID_subject_alt_name, wish.names);
  if (X509_sign(certificate, issuer ? issuer->key.get() : made.key.get(), EVP_sha256()) == 0)
    throw std::runtime_error("cannot sign a certificate");
  return made;
}

PemFile::PemFile(const std::string& text) : path_("/tmp/http_test_XXXXXX") {
  int const fd = mkstemp(path_.data());
  if (fd < 0 || write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("cannot write " + path_);
  close(fd);
}

PemFile::~PemFile() { unlink(path_.c_str()); }

TlsServer::TlsServer(const std::vector<Identity>& chain, std::string response)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
      response_(std::move(response)),
      server_([this](Peer& peer) { serve(peer); }) {
  SSL_CTX_use_certificate(context_.get(), chain.at(0).certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), chain.at(0).key.get());
  for (std::size_t i = 1; i < chain.size(); ++i)
    SSL_CTX_add1_chain_cert(context_.get(), chain[i].certificate.get());
}

std::string TlsServer::server_name() const {
  std::lock_guard const lock(mutex_);
  return server_name_;
}

void TlsServer::serve(Peer& peer) {
  std::unique_ptr<SSL, decltype(&SSL_free)> const ssl(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl.get(), peer.fd());
  int const accepted = SSL_accept(ssl.get());
  {
    std::lock_guard const lock(mutex_);
    auto const* const name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
    server_name_ = name ? name : "";
  }
  if (accepted != 1) return;
  char request[4096];
  if (SSL_read(ssl.get(), request, sizeof request) <= 0) return;
  SSL_write(ssl.get(), response_.data(), static_cast<int>(response_.size()));
  // Without close_notify: a response must not depend on it.
}

}  // namespace fleet::testing
