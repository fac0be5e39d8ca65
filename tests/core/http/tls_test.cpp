#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "core/http/client.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/core/http/raw_server.hpp"
#include "tests/core/http/sending.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr auto* kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr auto* kLocalNames = "DNS:localhost,IP:127.0.0.1";

/// One root for all cases, and the file that trusts it.
struct Root {
  Root() : identity(make_identity({"test root", "", true, 240h})), file(identity.pem()) {}
  Identity identity;
  PemFile file;
};

const Root& root() {
  static const Root the_root;
  return the_root;
}

http::TlsOptions trusting_root() {
  http::TlsOptions options;
  options.ca_file = root().file.path();
  return options;
}

std::chrono::seconds from_now(std::chrono::sys_seconds when) {
  return std::chrono::duration_cast<std::chrono::seconds>(when - std::chrono::system_clock::now());
}

}  // namespace

TEST_CASE("a certificate of a trusted root for the right name") {
  TlsServer server({make_identity({"server", kLocalNames, false, 72h}, &root().identity)}, kAnswer);
  auto const by_name = send(request_to(server.port(), "/", true, "localhost"), trusting_root());
  CHECK(by_name.status == 200);
  CHECK(by_name.body == "ok");
  CHECK(by_name.phases.tls > 0ns);
  CHECK(server.server_name() == "localhost");
  REQUIRE(by_name.earliest_certificate_expiry);
  CHECK(from_now(*by_name.earliest_certificate_expiry) > 71h);
  CHECK(from_now(*by_name.earliest_certificate_expiry) <= 72h);

  CHECK(send(request_to(server.port(), "/", true, "127.0.0.1"), trusting_root()).status == 200);
  CHECK(server.server_name().empty());  // an address is no server name
}

TEST_CASE("a chain expires when its first certificate does") {
  auto const between = make_identity({"intermediate", "", true, 10h}, &root().identity);
  auto const leaf = make_identity({"server", kLocalNames, false, 72h}, &between);
  TlsServer server({leaf, between}, kAnswer);
  auto const response = send(request_to(server.port(), "/", true), trusting_root());
  REQUIRE(response.earliest_certificate_expiry);
  CHECK(from_now(*response.earliest_certificate_expiry) > 9h);
  CHECK(from_now(*response.earliest_certificate_expiry) <= 10h);
}

TEST_CASE("certificates that must not be accepted") {
  auto const self_signed = make_identity({"server", kLocalNames});
  auto const other_root = make_identity({"other root", "", true});
  std::vector<Identity> chain;
  std::string reason;
  SECTION("for another name") {
    chain = {make_identity({"localhost", "DNS:example.org,IP:127.0.0.2"}, &root().identity)};
    reason = "mismatch";
  }
  SECTION("without names; the common name does not count") {
    chain = {make_identity({"127.0.0.1", "DNS:127.0.0.1"}, &root().identity)};
    reason = "mismatch";
  }
  SECTION("expired") {
    chain = {make_identity({"server", kLocalNames, false, -1h}, &root().identity)};
    reason = "expired";
  }
  SECTION("self-signed") {
    chain = {self_signed};
    reason = "self-signed";
  }
  SECTION("of an unknown root") {
    chain = {make_identity({"server", kLocalNames}, &other_root)};
    reason = "unable to get local issuer";
  }
  SECTION("of an issuer that is no authority") {
    auto const pretender = make_identity({"pretender", kLocalNames}, &root().identity);
    chain = {make_identity({"server", kLocalNames}, &pretender), pretender};
    reason = "invalid CA";
  }
  TlsServer server(chain, kAnswer);
  auto const failure = failure_of(request_to(server.port(), "/", true), trusting_root());
  CHECK(outcome(failure) == "tls certificate");
  CHECK_THAT(failure.what(), Contains(reason));
  CHECK(failure.phases.tls > 0ns);
  CHECK(failure.phases.processing == 0ns);

  // Who does not want to verify gets an answer, and the expiry all the same.
  http::TlsOptions careless;
  careless.insecure_skip_verify = true;
  auto const response = send(request_to(server.port(), "/", true), careless);
  CHECK(response.status == 200);
  CHECK(response.earliest_certificate_expiry);
}

TEST_CASE("the system's bundle does not trust a private root") {
  TlsServer server({make_identity({"server", kLocalNames}, &root().identity)}, kAnswer);
  CHECK(outcome(failure_of(request_to(server.port(), "/", true))) == "tls certificate");
}

TEST_CASE("an expected server name replaces the URL's host") {
  TlsServer server({make_identity({"server", "DNS:legal.example"}, &root().identity)}, kAnswer);
  auto options = trusting_root();
  CHECK(outcome(failure_of(request_to(server.port(), "/", true), options)) == "tls certificate");
  options.server_name = "legal.example";
  CHECK(send(request_to(server.port(), "/", true), options).status == 200);
  CHECK(server.server_name() == "legal.example");
}

TEST_CASE("a CA file that cannot be used") {
  http::TlsOptions options;
  SECTION("missing") { options.ca_file = "/nonexistent/ca.pem"; }
  PemFile const nonsense("not a certificate\n");
  SECTION("nonsense") { options.ca_file = nonsense.path(); }
  auto const failure = failure_of(request_to(1, "/", true), options);
  CHECK(outcome(failure) == "tls tls");
  CHECK_THAT(failure.what(), Contains("cannot read CA certificates from " + options.ca_file));
}

TEST_CASE("servers that do not finish a handshake") {
  SECTION("plain HTTP") {
    RawServer server([](Peer& peer) {
      peer.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nplain HTTP here");
      peer.sees_close();
    });
    CHECK(outcome(failure_of(request_to(server.port(), "/", true), trusting_root())) == "tls tls");
  }
  SECTION("silence") {
    RawServer server([](Peer& peer) { peer.sees_close(); });
    auto const failure = failure_of(request_to(server.port(), "/", true), trusting_root(), 150ms);
    CHECK(outcome(failure) == "tls timeout");
    CHECK(wait_until([&] { return server.served() == 1; }));
  }
  SECTION("a reset") {
    RawServer server([](Peer& peer) {
      char hello[16];
      if (recv(peer.fd(), hello, sizeof hello, 0) <= 0) return;
      peer.reset_on_close();
    });
    auto const failure = failure_of(request_to(server.port(), "/", true), trusting_root());
    CHECK(outcome(failure) == "tls reset");
  }
  SECTION("the end") {
    RawServer server([](Peer& peer) { shutdown(peer.fd(), SHUT_WR), peer.sees_close(); });
    auto const failure = failure_of(request_to(server.port(), "/", true), trusting_root());
    CHECK(outcome(failure) == "tls reset");
  }
}

TEST_CASE("a body that ends early under TLS is no body") {
  auto const identity = make_identity({"server", kLocalNames}, &root().identity);
  TlsServer counted({identity}, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(outcome(failure_of(request_to(counted.port(), "/", true), trusting_root())) == "transfer reset");
  // Without a length, only close_notify tells the end of a body from an attacker's cut.
  TlsServer uncounted({identity}, "HTTP/1.1 200 OK\r\n\r\nabc");
  CHECK(outcome(failure_of(request_to(uncounted.port(), "/", true), trusting_root())) == "transfer reset");
}
