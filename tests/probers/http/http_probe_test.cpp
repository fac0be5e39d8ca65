// HTTP probes against real servers, well and ill.
#include "probers/http/http_probe.hpp"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/core/http/certificates.hpp"
#include "tests/probers/http/http_target.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string phases_of(const ProbeResult& result) {
  std::string text;
  for (auto const& [name, seconds] : result.phases) text += std::string(name) + " ";
  return text;
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

constexpr auto* kAll = "resolve connect tls processing transfer ";

}  // namespace

TEST_CASE("a good answer, its facts and what was sent") {
  HttpTarget target([](auto const&) {
    return http_answer(200, "hello", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  });
  auto const result = attempt_at("{}", target.url("/x?y=z"));
  CHECK(verdict(result) == "good");
  CHECK(result.phase_kind == &facts::http_phase_duration);
  CHECK(phases_of(result) == kAll);
  CHECK(value_of(result, facts::http_status_code) == 200);
  CHECK(value_of(result, facts::http_content_length) == 5);
  CHECK(value_of(result, facts::http_uncompressed_body_length) == 5);
  CHECK(value_of(result, facts::http_redirects) == 0);
  CHECK(value_of(result, facts::http_ssl) == 0);
  CHECK(value_of(result, facts::http_version) == 1.1);
  CHECK(value_of(result, facts::http_last_modified) == 784111777);
  CHECK(value_of(result, facts::failed_due_to_regex) == 0);
  CHECK(value_of(result, facts::ip_protocol) == 4);
  CHECK(value_of(result, facts::ip_addr_hash) == 3668918509);
  CHECK(value_of(result, facts::dns_lookup_time) >= 0);
  CHECK(result.facts.find(facts::failed_due_to_cel) == nullptr);
  CHECK(result.facts.find(facts::earliest_cert_expiry) == nullptr);
  CHECK(target.heads().at(0) == "GET /x?y=z HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(target.port()) +
                                    "\r\nUser-Agent: legalllm-fleet\r\nConnection: close\r\ntraceparent: " +
                                    result.trace.traceparent() + "\r\n\r\n");
}

TEST_CASE("bad answers") {
  HttpTarget target([](const std::string& path) -> std::string {
    if (path == "/500") return "HTTP/1.0 500 Words\r\n\r\nbroken";
    if (path == "/401") return http_answer(401, "");
    if (path == "/cut") return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc";
    return "SSH-2.0-x\r\n";
  });
  auto const broken = attempt_at("fail_if_body_matches_regexp: [broken]", target.url("/500"));
  CHECK(verdict(broken) == "status/status");
  CHECK(value_of(broken, facts::http_status_code) == 500);
  CHECK(value_of(broken, facts::http_content_length) == -1);
  CHECK(value_of(broken, facts::http_uncompressed_body_length) == 6);
  CHECK(value_of(broken, facts::http_version) == 1.0);
  CHECK(value_of(broken, facts::failed_due_to_regex) == 0);  // its status did not even let it come to that
  CHECK(verdict(attempt_at("{}", target.url("/401"))) == "unauthorized/status");
  auto const cut = attempt_at("{}", target.url("/cut"));
  CHECK(verdict(cut) == "reset/transfer");
  CHECK(value_of(cut, facts::http_status_code) == 200);
  CHECK(value_of(cut, facts::http_content_length) == 100);
  CHECK(value_of(cut, facts::http_uncompressed_body_length) == 3);
  auto const other = attempt_at("{}", target.url("/ssh"));
  CHECK(verdict(other) == "protocol/processing");
  CHECK(value_of(other, facts::http_status_code) == 0);
  CHECK(phases_of(other) == kAll);
}

TEST_CASE("no answer: the same names, as blackbox_exporter has them") {
  SECTION("nobody listens") {
    std::uint16_t port;
    close(listening_socket(1, port));
    auto const result = attempt_at("{}", "127.0.0.1:" + std::to_string(port));
    CHECK(verdict(result) == "refused/connect");
    CHECK(phases_of(result) == kAll);
    CHECK(value_of(result, facts::ip_protocol) == 4);
    CHECK(value_of(result, facts::http_status_code) == 0);
    CHECK(value_of(result, facts::http_version) == 0);
    CHECK(value_of(result, facts::http_content_length) == 0);
  }
  SECTION("no such name") {
    auto const result = attempt_at("{}", "http://no..such..name/");
    CHECK(verdict(result) == "name/resolve");
    CHECK(phases_of(result) == "resolve ");
    CHECK(value_of(result, facts::ip_protocol) == 0);
    CHECK(value_of(result, facts::ip_addr_hash) == 0);
    CHECK(value_of(result, facts::dns_lookup_time) > 0);
  }
  SECTION("a server that hangs") {
    RawServer server([](Peer& peer) { peer.sees_close(); });
    auto const begun = Deadline::Clock::now();
    auto const result = attempt_at("{}", "127.0.0.1:" + std::to_string(server.port()), 150ms);
    CHECK(verdict(result) == "timeout/processing");
    CHECK(Deadline::Clock::now() - begun < 5s);
    CHECK(wait_until([&] { return server.served() == 1; }));
  }
  SECTION("a body without end") {
    RawServer server([](Peer& peer) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      std::string const block(65536, 'x');
      while (peer.send(block)) {
      }
    });
    auto const url = "127.0.0.1:" + std::to_string(server.port());
    CHECK(verdict(attempt_at("{}", url, 200ms)) == "timeout/transfer");
    auto const limited = attempt_at("body_size_limit: 1MB", url);
    CHECK(verdict(limited) == "too_large/transfer");
    CHECK(value_of(limited, facts::http_uncompressed_body_length) == 1024 * 1024);
    CHECK(value_of(limited, facts::http_status_code) == 200);
  }
  SECTION("an address outside of the allowed networks") {
    ReadContext context;
    context.allowed = std::make_shared<net::Networks>(std::vector<std::string>{"10.0.0.0/8"});
    auto const result = attempt_at(*http_module("{}", context), "http://127.0.0.1:1/");
    CHECK(verdict(result) == "forbidden/resolve");
  }
}

TEST_CASE("redirects") {
  HttpTarget target([](const std::string& path) -> std::string {
    auto const to = [](const std::string& where) {
      return http_answer(302, "gone", "Location: " + where + "\r\n");
    };
    if (path == "/loop") return to("/loop");
    if (path == "/ftp") return to("ftp://x/");
    if (path == "/nowhere") return http_answer(302, "");
    if (path == "/hang") return "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 10\r\n\r\nx";
    if (path == "/ok") return http_answer(200, "fine");
    if (path == "/one") return to("two");
    return to("/ok");
  });
  auto const followed = attempt_at("{}", target.url("/one"));
  CHECK(verdict(followed) == "good");
  CHECK(value_of(followed, facts::http_redirects) == 2);
  CHECK(value_of(followed, facts::http_status_code) == 200);
  CHECK(value_of(followed, facts::http_uncompressed_body_length) == 4);
  CHECK(verdict(attempt_at("{}", target.url("/hang"))) == "good");

  auto const loop = attempt_at("{}", target.url("/loop"));
  CHECK(verdict(loop) == "redirect/redirect");
  CHECK(loop.detail == "more than 10 redirects");
  CHECK(value_of(loop, facts::http_redirects) == 11);
  CHECK(value_of(loop, facts::http_status_code) == 302);
  auto const ftp = attempt_at("{}", target.url("/ftp"));
  CHECK(verdict(ftp) == "redirect/redirect");
  CHECK(value_of(ftp, facts::http_status_code) == 0);
  CHECK(value_of(ftp, facts::http_redirects) == 1);
  CHECK(verdict(attempt_at("{}", target.url("/nowhere"))) == "status/status");
  auto const stayed = attempt_at("{follow_redirects: false, valid_status_codes: [302]}", target.url("/one"));
  CHECK(verdict(stayed) == "good");
  CHECK(value_of(stayed, facts::http_redirects) == 1);
}

TEST_CASE("an allow-list counts for every hop") {
  HttpTarget elsewhere([](auto const&) { return http_answer(200, ""); });
  HttpTarget target([&](auto const&) {
    return http_answer(302, "", "Location: http://127.0.0.2:" + std::to_string(elsewhere.port()) + "/\r\n");
  });
  ReadContext context;
  context.allowed = std::make_shared<net::Networks>(std::vector<std::string>{"127.0.0.1"});
  auto const result = attempt_at(*http_module("{}", context), target.url());
  CHECK(verdict(result) == "forbidden/resolve");
  CHECK(value_of(result, facts::http_redirects) == 1);
  CHECK(elsewhere.heads().empty());
}

TEST_CASE("what goes along a redirect: cookies to their host, secrets nowhere else") {
  HttpTarget other([](auto const&) { return http_answer(200, ""); });
  HttpTarget target([&](const std::string& path) -> std::string {
    if (path == "/login")
      return http_answer(303, "",
                         "Set-Cookie: id=1; Path=/\r\nSet-Cookie: gone=1; Max-Age=0\r\nLocation: /home\r\n");
    return http_answer(302, "", "Location: http://localhost:" + std::to_string(other.port()) + "/\r\n");
  });
  auto const result = attempt_at(
      "{method: POST, body: secret, headers: {X-Api-Key: k, Accept: a/b, Cookie: own=1}, bearer_token: t, "
      "preferred_ip_protocol: ip4}",
      target.url("/login"));
  CHECK(verdict(result) == "good");
  auto const heads = target.heads();
  REQUIRE(heads.size() == 2);
  CHECK_THAT(heads[0], Contains("POST /login ") && Contains("Authorization: Bearer t\r\n") &&
                           Contains("Cookie: own=1\r\n"));
  CHECK_THAT(heads[1], Contains("GET /home ") && Contains("Authorization: Bearer t\r\n") &&
                           Contains("X-Api-Key: k") && Contains("Cookie: own=1; id=1\r\n"));
  REQUIRE(other.heads().size() == 1);
  CHECK_THAT(other.heads()[0], Contains("Accept: a/b\r\n") && Contains("traceparent") && !Contains("Bearer") &&
                                   !Contains("X-Api-Key") && !Contains("own=1"));
}

TEST_CASE("expectations on a live answer") {
  HttpTarget target([](const std::string& path) -> std::string {
    if (path == "/json") return http_answer(200, R"({"status":"ok","n":3})", "X-Kind: json\r\n");
    return http_answer(200, "LegalLLM is up");
  });
  auto const regex = attempt_at("fail_if_body_not_matches_regexp: [down]", target.url());
  CHECK(verdict(regex) == "body/body");
  CHECK(value_of(regex, facts::failed_due_to_regex) == 1);
  auto const header =
      attempt_at("fail_if_header_not_matches: [{header: x-kind, regexp: xml}]", target.url("/json"));
  CHECK(verdict(header) == "header/header");
  CHECK(value_of(header, facts::failed_due_to_regex) == 1);
  auto const json = attempt_at("fail_if_body_json_not_matches_cel: body.n == 3", target.url("/json"));
  CHECK(verdict(json) == "good");
  CHECK(value_of(json, facts::failed_due_to_cel) == 0);
  auto const no_json = attempt_at("fail_if_body_json_matches_cel: body.n == 3", target.url());
  CHECK(verdict(no_json) == "body/body");
  CHECK(value_of(no_json, facts::failed_due_to_cel) == 1);
  CHECK(value_of(no_json, facts::failed_due_to_regex) == 0);
  CHECK(verdict(attempt_at("valid_http_versions: [HTTP/2.0]", target.url())) == "version/version");
  CHECK(verdict(attempt_at("fail_if_not_ssl: true", target.url())) == "tls/tls");
}

TEST_CASE("compressed bodies") {
  HttpTarget target([](const std::string& path) -> std::string {
    if (path == "/bomb") return http_answer(200, gzipped(std::string(100'000'000, '\0')));
    if (path == "/plain") return http_answer(200, "plain");
    return http_answer(200, gzipped("unpacked"), "Content-Encoding: gzip\r\n");
  });
  auto const good =
      attempt_at("{compression: gzip, fail_if_body_not_matches_regexp: ['^unpacked$']}", target.url());
  CHECK(verdict(good) == "good");
  CHECK(value_of(good, facts::http_uncompressed_body_length) == 8);
  CHECK(value_of(good, facts::http_content_length) > 8);
  CHECK(verdict(attempt_at("compression: gzip", target.url("/plain"))) == "encoding/transfer");
  auto const bomb = attempt_at("compression: gzip", target.url("/bomb"));
  CHECK(verdict(bomb) == "too_large/transfer");
  CHECK(value_of(bomb, facts::http_uncompressed_body_length) == static_cast<double>(held_body_bytes));
}

TEST_CASE("another name than the target's") {
  auto const identity = make_identity({"server", "DNS:legal.example"});
  PemFile const authority(identity.pem());
  TlsServer server({identity}, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  auto const url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  auto const module = [&](const std::string& more) {
    return http_module("{tls_config: {ca_file: " + authority.path() + "}" + more + "}");
  };
  auto const plain = attempt_at(*module(""), url);
  CHECK(verdict(plain) == "certificate/tls");
  CHECK(value_of(plain, facts::http_ssl) == 0);
  CHECK(plain.facts.find(facts::earliest_cert_expiry) == nullptr);
  auto const named = attempt_at(*module(""), url, 10s, "legal.example");
  CHECK(verdict(named) == "good");
  CHECK(server.server_name() == "legal.example");
  CHECK(value_of(named, facts::http_ssl) == 1);
  CHECK(value_of(named, facts::earliest_cert_expiry) > 1e9);
  CHECK(value_of(named, facts::tls_version_info) == 1);
  CHECK(value_of(named, facts::tls_cipher_info) == 1);
  CHECK(value_of(named, facts::last_chain_info) == 1);
  CHECK(verdict(attempt_at(*module(", headers: {Host: 'legal.example:8443'}"), url)) == "good");
  CHECK(verdict(attempt_at(*module(", fail_if_ssl: true"), url, 10s, "legal.example")) == "tls/tls");
}

TEST_CASE("through a proxy") {
  HttpTarget proxy([](auto const&) { return http_answer(200, "ok"); });
  auto const proxied = "proxy_url: " + proxy.url();
  auto const resolved = attempt_at("{preferred_ip_protocol: ip4, " + proxied + "}", "http://localhost:8080/x");
  CHECK(verdict(resolved) == "good");
  CHECK_THAT(proxy.heads().back(),
             Contains("GET http://127.0.0.1:8080/x ") && Contains("Host: localhost:8080\r\n"));
  CHECK(value_of(resolved, facts::ip_protocol) == 4);
  CHECK(verdict(attempt_at("{" + proxied + "}", "http://no..such..name/")) == "name/resolve");
  auto const skipped =
      attempt_at("{skip_resolve_phase_with_proxy: true, " + proxied + "}", "http://only.there.invalid/x");
  CHECK(verdict(skipped) == "good");
  CHECK_THAT(proxy.heads().back(), Contains("GET http://only.there.invalid/x "));
  // Who only asks the proxy would step over the allow-list.
  ReadContext context;
  context.allowed = std::make_shared<net::Networks>(std::vector<std::string>{"10.0.0.0/8"});
  auto const count = proxy.heads().size();
  auto const module = http_module("{skip_resolve_phase_with_proxy: true, " + proxied + "}", context);
  CHECK(verdict(attempt_at(*module, "http://127.0.0.1/")) == "forbidden/resolve");
  CHECK(proxy.heads().size() == count);
}

TEST_CASE("an explanation without secrets") {
  HttpTarget target([](const std::string& path) {
    return path.starts_with("/b") ? http_answer(200, "body text")
                                  : http_answer(302, "", "Location: /b?token=secret\r\n");
  });
  Notes notes;
  attempt_at(*http_module("bearer_token: secret"), target.url("/a?key=secret"), 10s, {}, &notes);
  std::string all;
  for (auto const& [when, line] : notes.lines()) all += line + "\n";
  CHECK_THAT(all, Contains("request GET " + target.url("/a")) &&
                      Contains("redirect 302 to " + target.url("/b")) &&
                      Contains("response HTTP/1.1 200, 9 bytes of body"));
  CHECK_THAT(all, !Contains("secret") && !Contains("body text"));
}

TEST_CASE("attempts of one probe at once, and a probe that ends with them") {
  RawServer silent([](Peer& peer) { peer.sees_close(); });
  asio::io_context io;
  int ended = 0;
  {
    auto const probe = http_module("{}")->probe({"127.0.0.1:" + std::to_string(silent.port()), ""});
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(
          io, attempt_once(*probe, Deadline::after(100ms)),
          [&, probe](std::exception_ptr, ProbeResult result) { ended += result.reason == Reason::timeout; });
    io.run();
  }
  CHECK(ended == 3);
}
