#include "core/http/tls.hpp"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <ctime>
#include <stdexcept>

namespace fleet::http {

namespace ssl = boost::asio::ssl;

std::unique_ptr<ssl::context> make_tls_context(const TlsOptions& options) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  if (options.insecure_skip_verify) {
    context->set_verify_mode(ssl::verify_none);
    return context;
  }
  context->set_verify_mode(ssl::verify_peer);
  boost::system::error_code ec;
  if (options.ca_file.empty())
    context->set_default_verify_paths(ec);
  else
    context->load_verify_file(options.ca_file, ec);
  if (ec) {
    auto const what = options.ca_file.empty() ? std::string("the system's CA bundle") : options.ca_file;
    throw std::runtime_error("cannot read CA certificates from " + what + ": " + ec.message());
  }
  return context;
}

void expect_server(SSL* ssl, const std::string& name, bool verify) {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(name, not_an_address);
  if (not_an_address) SSL_set_tlsext_host_name(ssl, name.c_str());
  if (!verify) return;
  auto* const parameters = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (not_an_address)
    X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size());
  else
    X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str());
}

std::string certificate_problem(SSL* ssl) {
  long const result = SSL_get_verify_result(ssl);
  return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

std::optional<std::chrono::sys_seconds> earliest_expiry(SSL* ssl) {
  std::optional<std::chrono::sys_seconds> earliest;
  auto* const chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; chain && i < sk_X509_num(chain); ++i) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(chain, i)), &parts) != 1) continue;
    std::chrono::sys_seconds const expiry{std::chrono::seconds(timegm(&parts))};
    if (!earliest || expiry < *earliest) earliest = expiry;
  }
  return earliest;
}

}  // namespace fleet::http
