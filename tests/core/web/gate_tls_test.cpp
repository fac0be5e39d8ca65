// Connections to a server behind a web configuration: what of TLS it speaks, and with whom.
#include <catch2/catch.hpp>

#include "tests/core/http/certificates.hpp"
#include "tests/core/web/gated_site.hpp"
#include "tests/core/web/raw_connection.hpp"

using namespace fleet::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("TLS: versions, ciphers and curves as configured") {
  SECTION("the default") {
    GatedSite const site(tls);
    CHECK(site.get({}) == well);
    CHECK(site.get({"--tls-max", "1.2"}) == well);
    CHECK(site.get({"--tlsv1.3"}) == well);
    CHECK(refused(site.get({"--tls-max", "1.1", "--tlsv1.0", "--ciphers", "DEFAULT:@SECLEVEL=0"})));
    CHECK(refused(site.get({"--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-AES256-SHA"})));
    // Two requests on a connection.
    CHECK(site.get({"https://localhost:" + std::to_string(site.port()) + "/hello"}) == well + well);
  }
  SECTION("a newest version") {
    GatedSite const site(tls + "  max_version: TLS12\n");
    CHECK(site.get({}) == well);
    CHECK(refused(site.get({"--tlsv1.3"})));
  }
  SECTION("some ciphers") {
    GatedSite const site(tls +
                         "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n  max_version: TLS12\n");
    CHECK(site.get({"--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"}) == well);
    CHECK(refused(site.get({"--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384"})));
  }
  SECTION("suites of TLS 1.3 alone leave nothing to older versions") {
    GatedSite const site(tls +
                         "  cipher_suites: [TLS_AES_128_GCM_SHA256]\nhttp_server_config: {http2: false}\n");
    CHECK(site.get({}) == well);
    CHECK(refused(site.get({"--tls-max", "1.2"})));
  }
  SECTION("some curves") {
    GatedSite const site(tls + "  curve_preferences: [CurveP521]\n");
    CHECK(site.get({"--curves", "P-521"}) == well);
    CHECK(refused(site.get({"--curves", "P-384"})));
  }
  SECTION("finite fields cost the server too much") {
    GatedSite const site(tls);
    CHECK(site.get({"--tlsv1.3", "--curves", "P-384"}) == well);
    CHECK_THAT(site.get({"--tlsv1.3", "--curves", "ffdhe2048"}), Contains("handshake failure"));
  }
  SECTION("whose order of ciphers counts") {
    std::string const suites =
        "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n";
    auto const chosen = [&](const std::string& more) {
      GatedSite const site(tls + suites + more);
      return site.get({"-v", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"});
    };
    CHECK_THAT(chosen(""), Contains("/ ECDHE-ECDSA-AES256-GCM-SHA384"));
    CHECK_THAT(chosen("  prefer_server_cipher_suites: false\n"), Contains("/ ECDHE-ECDSA-AES128-GCM-SHA256"));
  }
  SECTION("an oldest version before 1.2: forward secrecy even there") {
    GatedSite const site(tls + "  min_version: TLS10\n");
    auto const old = [&](const std::string& cipher) {
      return site.get({"--tlsv1.0", "--tls-max", "1.0", "--ciphers", cipher + ":@SECLEVEL=0"});
    };
    CHECK(old("ECDHE-ECDSA-AES128-SHA") == well);
    CHECK(refused(old("AES128-SHA")));
  }
}

TEST_CASE("TLS: on one side only") {
  SECTION("plain HTTP is told") {
    GatedSite const site(tls);
    auto const answer = ask(site.port(), "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK_THAT(answer, StartsWith("HTTP/1.0 400 Bad Request\r\n") && Contains("HTTPS"));
    // A whole record, so that the refusal does not wait for the rest of one.
    CHECK_THAT(ask(site.port(), std::string_view("\x16\x03\x01\0\x08nonsense", 13)), !Contains("hello"));
    CHECK(site.get({}) == well);
  }
  SECTION("TLS to a server without is no answer") {
    GatedSite const site("");
    CHECK(refused(site.get({})));
    CHECK(site.get({}, "http") == well);
  }
}

TEST_CASE("TLS: certificate and key inline") {
  CertificateWish wish;
  wish.common_name = "inline";
  wish.names = "DNS:localhost";
  auto const own = make_identity(wish);
  auto const block = [](const std::string& pem) {
    std::string out = "|\n    ";
    for (char const c : pem) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
    return out + "\n";
  };
  GatedSite const site("tls_server_config:\n  cert: " + block(own.pem()) + "  key: " + block(own.key_pem()));
  site.write("inline.crt", own.pem());
  CHECK(site.get({"--cacert", site.path("inline.crt")}) == well);
  CHECK(refused(site.get({})));
}

TEST_CASE("TLS: certificates of clients") {
  struct Expectation {
    bool none, of_known, of_stranger;
  };
  auto const check = [](const std::string& rules, Expectation expected) {
    INFO(rules);
    GatedSite const site(tls + rules);
    CHECK((site.get({}) == well) == expected.none);
    CHECK((site.get(with_certificate(site, "known")) == well) == expected.of_known);
    CHECK((site.get(with_certificate(site, "stranger")) == well) == expected.of_stranger);
  };
  auto const type = [](const std::string& name) { return "  client_auth_type: " + name + "\n"; };
  std::string const authority = "  client_ca_file: ca.crt\n";
  check(type("NoClientCert"), {true, true, true});
  check(type("RequestClientCert"), {true, true, true});
  check(type("RequireAnyClientCert"), {false, true, true});
  check(type("VerifyClientCertIfGiven") + authority, {true, true, false});
  check(type("RequireAndVerifyClientCert") + authority, {false, true, false});
  check(type("RequireAndVerifyClientCert"), {false, false, false});  // by the system's authorities
  auto const sans = [&](const std::string& names) {
    return type("RequireAndVerifyClientCert") + authority + "  client_allowed_sans: [" + names + "]\n";
  };
  for (auto const* const name :
       {"scraper.legalllm.test", "ops@legalllm.test", "10.1.2.3", "\"spiffe://legalllm/scraper\""})
    check(sans("someone.else, " + std::string(name)), {false, true, false});
  check(sans("someone.else, legalllm.test"), {false, false, false});
  for (auto const* const newest : {"1.2", "1.3"}) {
    GatedSite const site(tls + sans("someone.else"));
    auto options = with_certificate(site, "known");
    options.insert(options.end(), {"--tls-max", newest});
    CHECK_THAT(site.get(options), Contains("bad certificate"));
  }
  check(type("RequireAnyClientCert") + "  client_allowed_sans: [stranger.test]\n", {false, false, true});
}
