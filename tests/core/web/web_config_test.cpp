// The files that exporter-toolkit's own tests read, and what we refuse beyond them.
#include "core/web/web_config.hpp"

#include <openssl/ssl.h>

#include <catch2/catch.hpp>

#include "core/web/gate.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/servers/process.hpp"

using namespace fleet;
using namespace fleet::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A directory with a certificate, its key and another one's key.
class Files {
 public:
  Files() {
    CertificateWish wish;
    wish.common_name = "localhost";
    wish.names = "DNS:localhost";
    auto const server = make_identity(wish), other = make_identity(wish);
    directory_.write("server.crt", server.pem());
    directory_.write("server.key", server.key_pem());
    directory_.write("other.key", other.key_pem());
    directory_.write("not.pem", "no certificate\n");
  }
  std::string write(const std::string& text) const { return directory_.write("web.yml", text); }
  /// What is wrong with a file of this text and those that it names; "" if nothing.
  std::string verdict(const std::string& text) const {
    auto const file = write(text);
    try {
      web::Gate const gate(file);
    } catch (const config::Error& error) {
      std::string const what = error.what();
      REQUIRE_THAT(what, StartsWith(file + ":"));
      return what.substr(file.size() + 1);
    }
    return {};
  }

 private:
  TemporaryDirectory directory_;
};

const std::string pair = "  cert_file: server.crt\n  key_file: server.key\n";
const std::string tls = "tls_server_config:\n" + pair;
const std::string hash = "$2y$04$abcdefghijklmnopqrstuuN9qo8uLOickgx2ZMRZoMyeIjZAgcfl7";

}  // namespace

TEST_CASE("a web configuration is refused with its place and reason") {
  Files const files;
  struct Case {
    std::string text, problem;  // the beginning of it
  };
  auto const [text, problem] = GENERATE(values<Case>({
      {"hjkl:;,.\n", "1:"},
      {"tls_config:\n  cert_file: server.crt\n", "1:1: unknown key `tls_config`"},
      {"tls_server_config:\n  cert_filee: server.crt\n", "2:3: unknown key `cert_filee`"},
      {"tls_server_config:\n  cert_file: \"\"\n  key_file: server.key\n",
       "2:3: missing one of cert or cert_file"},
      {"tls_server_config:\n  cert: \"\"\n  key_file: server.key\n", "2:3: missing one of cert or cert_file"},
      {"tls_server_config:\n  cert_file: server.crt\n  key_file: \"\"\n",
       "2:3: missing one of key or key_file"},
      {"tls_server_config:\n  cert_file: \"\"\n  key_file: \"\"\n", "2:3: missing one of cert or cert_file"},
      {"tls_server_config:\n  cert_file: server.crt\n  key: \"\"\n", "2:3: missing one of key or key_file"},
      {"tls_server_config:\n  cert_file: \"\"\n  key_file: \"\"\n  client_auth_type: x\n",
       "2:3: missing one of cert or cert_file"},
      {"tls_server_config:\n  min_version: TLS12\n", "2:3: missing one of cert or cert_file"},
      {"tls_server_config:\n  cert_file: somefile\n  key_file: server.key\n",
       "2:14: cannot read the server certificate from"},
      {"tls_server_config:\n  cert_file: server.crt\n  key_file: somefile\n",
       "2:14: cannot read the server key from"},
      {"tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n", "2:14: the server key from"},
      {"tls_server_config:\n  cert_file: not.pem\n  key_file: server.key\n",
       "2:14: cannot read the server certificate from"},
      {tls + "  cert: abc\n", "2:14: expected either `cert` or `cert_file`, got both"},
      {tls + "  client_ca_file: server.crt\n",
       "4:19: client CA's have been configured without a Client Auth Policy"},
      {tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: somefile\n",
       "5:19: cannot read CA certificates from"},
      {tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: not.pem\n",
       "5:19: cannot read CA certificates from"},
      {tls + "  client_ca_file: somefile\n", "4:19: client CA's have been configured"},
      {tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca: nothing\n",
       "5:14: cannot read CA certificates"},
      {tls + "  client_auth_type: Whatever\n", "4:21: expected one of `NoClientCert`"},
      {tls + "  client_allowed_sans: [a]\n", "4:24: expected `client_auth_type` RequireAnyClientCert or"},
      {tls + "  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [a]\n",
       "5:24: expected `client_auth_type`"},
      {tls + "  cipher_suites:\n    - TLS_ECDHE_ECDSA_WITH_AES_1337_GCM_SHA256\n",
       "5:7: expected one of crypto/tls' cipher suites, got unknown cipher"},
      {tls + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n",
       "4:18: expected a cipher suite that HTTP/2 requires"},
      {tls + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n", "4:19: expected one of crypto/tls'"},
      {tls + "  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n  max_version: TLS12\n",
       "4:18: expected a cipher suite that HTTP/2"},
      {tls + "  curve_preferences: [CurveP257]\n",
       "4:23: expected CurveP256, CurveP384, CurveP521 or X25519, got unknown curve"},
      {tls + "  min_version: TLS111\n", "4:16: expected one of `TLS10`"},
      {tls + "  min_version: TLS13\n  max_version: TLS12\n", "4:16: expected a min_version that is not above"},
      {"http_server_config:\n  headers:\n    X-Content-Type-Options: sniff\n",
       "3:29: invalid value for X-Content-Type-Options"},
      {"http_server_config:\n  headers:\n    X-Frame-Options: never\n",
       "3:22: invalid value for X-Frame-Options"},
      {"http_server_config:\n  headers:\n    Server: none\n",
       "3:5: HTTP header \"Server\" can not be configured"},
      {"http_server_config: {headers: {X-Frame-Options: \"\"}}\n", "1:49: invalid value"},
      {"http_server_config:\n  http2: 7\n", "2:10: "},
      {"basic_auth_users:\n  dave: open\n", "2:9: expected a bcrypt hash"},
      {"basic_auth_users:\n  dave: $2y$03$" + hash.substr(7) + "\n", "2:9: expected a bcrypt hash"},
      {"basic_auth_users:\n  dave: " + hash + "x\n", "2:9: expected a bcrypt hash"},
      {"auth_excluded_paths: [metrics]\n", "1:23: expected a path"},
      {"rate_limit: {interval: 1s, burst: -1}\n", "1:35: "},
      {"rate_limit: {interval: often}\n", "1:24: "},
  }));
  INFO(text);
  CHECK_THAT(files.verdict(text), StartsWith(problem));
  CHECK_THAT(files.verdict(text), !Contains("open") && !Contains(hash.substr(0, 40)));
}

TEST_CASE("a web configuration that is not there") {
  CHECK_THROWS_WITH(web::Gate("/nonexistent/web.yml"), "/nonexistent/web.yml: No such file or directory");
}

TEST_CASE("web configurations that are good") {
  Files const files;
  auto const text = GENERATE_COPY(
      as<std::string>(), "", "# nothing\n\n---\n", "tls_server_config:\n", "tls_server_config: {}\n", tls,
      tls + "  client_auth_type: RequireClientCert\n",
      tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.crt\n",
      tls + "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a, b]\n",
      tls +
          "  cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "
          "TLS_RSA_WITH_AES_128_CBC_SHA]\n",
      tls + "  cipher_suites: [TLS_RSA_WITH_AES_256_CBC_SHA]\nhttp_server_config: {http2: false}\n",
      tls + "  min_version: TLS10\n  max_version: TLS11\n",
      tls + "  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n",
      tls + "  cipher_suites: []\n  curve_preferences: []\n",
      tls + "  client_ca_file:\n  client_auth_type:\n  min_version:\n", "null\n",
      tls + "  client_auth_type: VerifyClientCertIfGiven\n",
      tls + "  client_auth_type: RequireAnyClientCert\n  client_ca_file: server.crt\n",
      tls + "basic_auth_users: {dave: " + hash + "}\n",
      "tls_server_config :\n  cert_file : server.crt\n  key_file : server.key\n",
      "rate_limit: {interval: 0, burst: 0}\n", "http_server_config: {headers: {X-XSS-Protection: 1}}\n",
      "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    Strict-Transport-Security: "
      "max-age=31536000\n",
      "basic_auth_users:\n  dave: " + hash + "\n", "rate_limit: {interval: 0s, burst: 0}\n",
      "rate_limit: {interval: 1s}\n", "rate_limit:\n  interval: 1s\n  burst: 5\n",
      "auth_excluded_paths: [/-/healthy]\n");
  INFO(text);
  CHECK(files.verdict(text) == "");
}

TEST_CASE("what a web configuration says") {
  Files const files;
  auto const config = web::read_web_config(
      files.write(tls +
                  "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, "
                  "TLS_RSA_WITH_AES_128_CBC_SHA]\n"
                  "  curve_preferences: [X25519, CurveP521]\n  min_version: TLS13\n"
                  "basic_auth_users: {dave: " +
                  hash +
                  "}\nauth_excluded_paths: [/-/healthy]\nrate_limit: {interval: 250ms, burst: 3}\n"
                  "http_server_config: {headers: {X-XSS-Protection: \"0\"}}\n"));
  REQUIRE(config.tls);
  CHECK(config.tls->cipher_list == "ECDHE-ECDSA-AES128-GCM-SHA256:AES128-SHA");
  CHECK(config.tls->groups == "X25519:P-521");
  CHECK(config.tls->min_version == TLS1_3_VERSION);
  CHECK(config.users.at("dave").reveal() == hash);
  CHECK(config.auth_excluded_paths == std::vector<std::string>{"/-/healthy"});
  REQUIRE(config.rate_limit);
  CHECK(config.rate_limit->interval == std::chrono::milliseconds(250));
  CHECK(config.rate_limit->burst == 3);
  CHECK(config.headers == std::vector<std::pair<std::string, std::string>>{{"X-XSS-Protection", "0"}});
}

TEST_CASE("user and password of a request") {
  auto const of = [](std::string_view header) -> std::string {
    auto const found = web::basic_credentials(header);
    return found ? found->first + "|" + found->second.reveal() : "none";
  };
  CHECK(of("Basic ZGF2ZTpzZWNyZXQ=") == "dave|secret");
  CHECK(of("basic ZGF2ZTo6Ojo=") == "dave|:::");
  CHECK(of("Basic Og==") == "|");
  CHECK(of("Basic ZGF2ZQ==") == "none");
  CHECK(of("Basic ZGF2ZTpzZWNyZXQ") == "none");
  CHECK(of("Basic !!!!") == "none");
  CHECK(of("Basic ") == "none");
  CHECK(of("Bearer ZGF2ZTpzZWNyZXQ=") == "none");
  CHECK(of("") == "none");
}
