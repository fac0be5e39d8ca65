#include <openssl/pem.h>

#include <catch2/catch.hpp>

#include "core/net/tls.hpp"
#include "tests/core/http/certificates.hpp"

using namespace fleet;
using testing::CertificateWish;
using testing::Identity;
using testing::PemFile;

namespace {

Identity identity(const std::string& name) {
  CertificateWish wish;
  wish.common_name = name;
  return testing::make_identity(wish);
}

}  // namespace

TEST_CASE("files that cannot be used are named") {
  PemFile const garbage("this is no certificate\n");
  net::TlsOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  CHECK_THROWS_WITH(net::TlsContext(options),
                    "cannot read CA certificates from /nonexistent/ca.pem: No such file or directory");
  options.ca_file = garbage.path();
  CHECK_THROWS_WITH(net::TlsContext(options),
                    Catch::StartsWith("cannot read CA certificates from " + garbage.path() + ": "));
  options.ca_file = "/tmp";
  CHECK_THROWS_WITH(net::TlsContext(options), Catch::Contains("/tmp: Is a directory"));
  options.ca_file.clear();
  options.ca = "nonsense";
  CHECK_THROWS_WITH(net::TlsContext(options), Catch::StartsWith("cannot read CA certificates from the inline"));
  options.ca = identity("good").pem() + "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n";
  CHECK_THROWS(net::TlsContext(options));
}

TEST_CASE("a client certificate needs its own key") {
  auto const client = identity("client");
  auto const other = identity("other");
  net::TlsOptions options;
  options.insecure_skip_verify = true;
  options.cert = client.pem();
  options.key = config::Secret(client.key_pem());
  CHECK_NOTHROW(net::TlsContext(options));
  options.key = config::Secret(other.key_pem());
  CHECK_THROWS_WITH(net::TlsContext(options), Catch::Contains("is not that of the certificate"));
  options.key = config::Secret("-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n");
  CHECK_THROWS_WITH(net::TlsContext(options),
                    Catch::StartsWith("cannot read the client key") && !Catch::Contains("hush"));

  PemFile const cert(client.pem());
  PemFile const key(client.key_pem());
  net::TlsOptions files;
  files.insecure_skip_verify = true;
  files.cert_file = cert.path();
  files.key_file = key.path();
  CHECK_NOTHROW(net::TlsContext(files));
  files.key_file = "/nonexistent/key.pem";
  CHECK_THROWS_WITH(net::TlsContext(files), Catch::Contains("/nonexistent/key.pem: No such file or directory"));
}

TEST_CASE("what is limited, offered and never reused") {
  net::TlsOptions options;
  options.insecure_skip_verify = true;
  options.min_version = TLS1_VERSION;
  options.max_version = TLS1_2_VERSION;
  net::TlsContext const context(options, {"h2", "http/1.1"});
  CHECK(SSL_CTX_get_min_proto_version(context.native()) == TLS1_VERSION);
  CHECK(SSL_CTX_get_max_proto_version(context.native()) == TLS1_2_VERSION);
  CHECK((SSL_CTX_get_options(context.native()) & SSL_OP_NO_TICKET) != 0);
  CHECK(SSL_CTX_get_session_cache_mode(context.native()) == SSL_SESS_CACHE_OFF);
}
