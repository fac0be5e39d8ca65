// http side by side with Debian's blackbox_exporter; see blackbox_compare_test.cpp.
#include <catch2/catch.hpp>

#include "tests/probers/compared_cases.hpp"
#include "tests/probers/compared_site.hpp"
#include "tests/servers/liar.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;

TEST_CASE("http: answers of every kind") {
  ComparedExporters const exporters(
      "modules:\n" + module("page", "http", "method: GET") +
      module("post", "http", "method: POST, body: '{}'") + module("head", "http", "method: HEAD") +
      module("only_500", "http", "valid_status_codes: [500]") +
      module("http2_only", "http", "valid_http_versions: [HTTP/2.0]") +
      module("http11_only", "http", "valid_http_versions: [HTTP/1.1]") +
      module("no_ssl", "http", "fail_if_ssl: true") + module("ssl", "http", "fail_if_not_ssl: true") +
      module("body_well", "http", "fail_if_body_not_matches_regexp: ['is well']") +
      module("body_down", "http",
             "valid_status_codes: [200, 500], fail_if_body_matches_regexp: ['is (down|gone)']") +
      module("no_cookie", "http",
             "fail_if_header_matches: [{header: set-cookie, regexp: '.*', allow_missing: true}]") +
      module("green", "http", "fail_if_header_not_matches: [{header: X-Slot, regexp: '^green$'}]") +
      module("red", "http", "fail_if_header_not_matches: [{header: X-Slot, regexp: '^red$'}]") +
      module("host", "http",
             "headers: {Host: legalllm.example}, fail_if_body_not_matches_regexp: ['Host: legalllm.example']") +
      module("basic", "http",
             "basic_auth: {username: u, password: p}, fail_if_body_not_matches_regexp: ['Basic dTpw']") +
      module("bearer", "http", "bearer_token: t, fail_if_body_not_matches_regexp: ['Bearer t']") +
      module("small", "http", "body_size_limit: 10B") + module("large", "http", "body_size_limit: 1MB"));
  ComparedSite const site;
  compare_all(exporters, {
                             {"page", site.url("/ok"), 1},
                             {"page", site.address() + "/ok", 1},
                             {"page", site.url("/empty"), 1},
                             {"page", site.url("/204"), 1},
                             {"page", site.url("/404"), 0},
                             {"page", site.url("/500"), 0},
                             {"page", site.url("/http10"), 1},
                             {"page", site.url("/chunked"), 1},
                             {"page", site.url("/old"), 1},
                             {"page", site.url("/slow"), 1},
                             {"page", site.url("/big"), 1},
                             {"page", site.url("/lies"), 1},
                             {"post", site.url("/ok"), 1},
                             {"head", site.url("/ok"), 1},
                             {"only_500", site.url("/500"), 1},
                             {"only_500", site.url("/ok"), 0},
                             {"http2_only", site.url("/ok"), 0},
                             {"http11_only", site.url("/ok"), 1},
                             {"http11_only", site.url("/http10"), 0},
                             {"no_ssl", site.url("/ok"), 1},
                             {"ssl", site.url("/ok"), 0},
                             {"body_well", site.url("/ok"), 1},
                             {"body_well", site.url("/empty"), 0},
                             {"body_down", site.url("/ok"), 1},
                             {"body_down", site.url("/500"), 0},
                             {"no_cookie", site.url("/ok"), 1},
                             {"no_cookie", site.url("/headers"), 0},
                             {"green", site.url("/headers"), 1},
                             {"green", site.url("/ok"), 0},
                             {"red", site.url("/headers"), 0},
                             {"host", site.url("/echo"), 1},
                             {"basic", site.url("/echo"), 1},
                             {"bearer", site.url("/echo"), 1},
                             {"small", site.url("/ok"), 0},
                             {"large", site.url("/big"), 1},
                             {"large", site.url("/endless"), 0},
                         });
}

TEST_CASE("http: servers that misbehave") {
  ComparedExporters const exporters("modules:\n" + module("page", "http", "method: GET"));
  ComparedSite const site;
  SilentServer const silent;
  GarbageServer const hangs_up("", GarbageServer::Then::close_at_once);
  auto const phase = [](const std::string& name) {
    return "-probe_http_duration_seconds{phase=\"" + name + "\"}";
  };
  Names const port_difference{"!probe_ip_protocol", "!probe_ip_addr_hash", phase("resolve"), phase("connect"),
                              phase("tls"),         phase("processing"),   phase("transfer")};
  auto const refused = "no attempt begins at a URL that cannot be one";
  compare_all(
      exporters,
      {
          {"page", "http://127.0.0.1:" + std::to_string(free_port()) + "/", 0},
          {"page", "http://" + silent.address() + "/", 0},
          {"page", "http://" + hangs_up.address() + "/", 0},
          {"page", "https://" + silent.address() + "/", 0},
          {"page", site.url("/never"), 0},
          {"page", site.url("/drip"), 0},
          {"page", site.url("/endless"), 0, {"!probe_http_uncompressed_body_length"}, "how much comes in time"},
          {"page", site.url("/half"), 0},
          {"page", site.url("/reset"), 0},
          {"page", site.url("/closed"), 0},
          {"page", site.url("/garbage"), 0},
          {"page", "http://no-such-host.invalid/", 0},
          {"page", "http://127.0.0.1:99999/", 0, port_difference, refused},
          {"page", "ftp://127.0.0.1/", 0, {phase("resolve")}, refused},
      });
}

TEST_CASE("http: compressed") {
  ComparedExporters const exporters(
      "modules:\n" + module("plain", "http", "method: GET") +
      module("gzip", "http", "compression: gzip, fail_if_body_not_matches_regexp: ['is well']") +
      module("br", "http", "compression: br, fail_if_body_not_matches_regexp: ['is well']") +
      module("gzip_small", "http", "compression: gzip, body_size_limit: 8B"));
  ComparedSite const site;
  auto const encoding = "what cannot be decoded failed for its encoding, not for an expression";
  compare_all(exporters, {
                             {"gzip", site.url("/gzip"), 1},
                             {"gzip", site.url("/ok"), 0},
                             {"gzip", site.url("/badgzip"), 0, {"!probe_failed_due_to_regex"}, encoding},
                             {"gzip", site.url("/plain-as-gzip"), 0},
                             {"gzip_small", site.url("/gzip"), 0},
                             {"br", site.url("/br"), 1},
                             {"br", site.url("/ok"), 0, {"!probe_failed_due_to_regex"}, encoding},
                             {"plain", site.url("/gzip"), 1},
                         });
}

TEST_CASE("http: redirected") {
  ComparedExporters const exporters(
      "modules:\n" + module("page", "http", "method: GET") + module("stay", "http", "follow_redirects: false") +
      module("stay_302", "http", "follow_redirects: false, valid_status_codes: [302]") +
      module("to_ssl", "http", "fail_if_not_ssl: true, tls_config: {insecure_skip_verify: true}"));
  Certificates const certificates;
  ComparedSite const site, other;
  TlsServer const secure({certificates.good}, response_text("200 OK", "", "well"));
  compare_all(exporters, {
                             {"page", site.url("/relative"), 1},
                             {"page", site.url("/to?" + other.url("/ok")), 1},
                             {"page", site.url("/to?" + other.url("/500")), 0},
                             {"page", site.url("/to?http://127.0.0.1:" + std::to_string(free_port()) + "/"), 0},
                             {"page", site.url("/loop"), 0},
                             {"page", site.url("/nowhere"), 0},
                             {"page", site.url("/to-ftp"), 0},
                             {"stay", site.url("/relative"), 0},
                             {"stay_302", site.url("/relative"), 1},
                             {"to_ssl", site.url("/to?" + url_of(secure)), 1},
                             {"page", site.url("/to?" + url_of(secure)), 0},
                         });
}

TEST_CASE("https: certificates good and bad") {
  Certificates const certificates;
  PemFile const authority(certificates.authority.pem());
  auto const trusts = "tls_config: {ca_file: " + authority.path() + "}";
  ComparedExporters const exporters(
      "modules:\n" + module("trusting", "http", trusts) + module("system", "http", "method: GET") +
      module("careless", "http", "tls_config: {insecure_skip_verify: true}") +
      module("named", "http", "tls_config: {ca_file: " + authority.path() + ", server_name: other.example}") +
      module("no_ssl", "http", "fail_if_ssl: true, " + trusts) + module("tls", "tcp", "tls: true, " + trusts) +
      module("tls_careless", "tcp", "tls: true, tls_config: {insecure_skip_verify: true}"));
  auto const answer = response_text("200 OK", "", "well");
  TlsServer const good({certificates.good}, answer), expired({certificates.expired}, answer),
      self_signed({certificates.self_signed}, answer), wrong_host({certificates.wrong_host}, answer),
      not_yet({certificates.not_yet}, answer);
  compare_all(exporters, {
                             {"trusting", url_of(good), 1},
                             {"trusting", url_of(expired), 0},
                             {"trusting", url_of(self_signed), 0},
                             {"trusting", url_of(wrong_host), 0},
                             {"trusting", url_of(not_yet), 0},
                             {"system", url_of(good), 0},
                             {"careless", url_of(good), 1},
                             {"careless", url_of(expired), 1},
                             {"careless", url_of(wrong_host), 1},
                             {"named", url_of(wrong_host), 1},
                             {"named", url_of(good), 0},
                             {"no_ssl", url_of(good), 0},
                             {"trusting", "http://" + address_of(good) + "/", 0},
                             {"tls", address_of(good), 1},
                             {"tls", address_of(expired), 0},
                             {"tls", address_of(wrong_host), 0},
                             {"tls_careless", address_of(expired), 1},
                         });
}
