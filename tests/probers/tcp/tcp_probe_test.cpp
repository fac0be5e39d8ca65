// TCP probes against servers on loopback.
#include "probers/tcp/tcp_probe.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

#include "probers/tcp/tcp_module.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;
using testing::GarbageServer;
using testing::Peer;
using testing::RawServer;

namespace {

ProbeResult probe(const std::string& yaml, const std::string& target, std::chrono::milliseconds timeout = 10s,
                  Notes* notes = nullptr) {
  auto const root = config::Document::parse(yaml, "probe.yml").root();
  auto const made = read_tcp(root, root, {})->probe({target, ""});
  asio::io_context io;
  auto const deadline = Deadline::after(timeout);
  auto result = testing::run_on(io, attempt_once(*made, deadline, notes));
  CHECK(Deadline::Clock::now() < deadline.when() + 2s);
  return result;
}

std::string local(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

/// What the peer sends up to a newline, without it.
std::string read_line(Peer& peer) {
  std::string line;
  char c;
  while (recv(peer.fd(), &c, 1, 0) == 1 && c != '\n') line += c;
  return line;
}

void check_failed(const ProbeResult& result, Reason reason, const std::string& step) {
  CHECK(result.outcome == Outcome::bad);
  CHECK(to_string(result.reason) == to_string(reason));
  CHECK(result.step == step);
  CHECK_FALSE(result.detail.empty());
}

double fact(const ProbeResult& result, const FactKind& kind) {
  auto const* const value = result.facts.find(kind);
  REQUIRE(value);
  return *value;
}

std::vector<std::string> phases(const ProbeResult& result) {
  std::vector<std::string> names;
  for (auto const& [name, seconds] : result.phases) names.emplace_back(name);
  return names;
}

/// Speaks SMTP until STARTTLS and TLS from then on.
class MailServer {
 public:
  explicit MailServer(const testing::Identity& identity)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), server_([this](Peer& peer) { serve(peer); }) {
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  }
  std::uint16_t port() const { return server_.port(); }

 private:
  void serve(Peer& peer) {
    peer.send("220 mail.test ESMTP\r\n");
    if (read_line(peer) != "EHLO prober") return;
    peer.send("250-mail.test\r\n250 STARTTLS\r\n");
    if (read_line(peer) != "STARTTLS") return;
    peer.send("220 go ahead\r\n");
    std::unique_ptr<SSL, decltype(&SSL_free)> const ssl(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl.get(), peer.fd());
    char request[64];
    if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), request, sizeof request) > 0) {
      SSL_write(ssl.get(), "250 hello again\r\n", 17);
      SSL_shutdown(ssl.get());
    }
    ERR_clear_error();
  }

  std::shared_ptr<SSL_CTX> context_;
  RawServer server_;
};

testing::Identity self_signed(const std::string& names, std::chrono::seconds valid_for = 24h) {
  testing::CertificateWish wish;
  wish.common_name = "mail";
  wish.names = names;
  wish.valid_for = valid_for;
  return testing::make_identity(wish);
}

constexpr auto kMailScript = R"(
query_response:
  - expect: "^220 ([^ ]+) ESMTP$"
    labels: [{name: host, value: "$1"}]
    send: "EHLO prober"
  - expect: "^250 STARTTLS$"
    send: STARTTLS
  - expect: "^220"
    starttls: true
  - send: EHLO again
  - expect: "^250 hello"
)";

}  // namespace

TEST_CASE("a connection alone is good") {
  RawServer const server([](Peer&) {});
  auto const result = probe("{}", local(server.port()));
  CHECK(result.outcome == Outcome::good);
  CHECK(result.step.empty());
  CHECK(phases(result) == std::vector<std::string>{"resolve", "connect"});
  CHECK(fact(result, facts::ip_protocol) == 4);
  CHECK(fact(result, facts::ip_addr_hash) == 3668918509.0);
  CHECK(fact(result, facts::failed_due_to_regex) == 0);
}

TEST_CASE("connections that come to nothing") {
  std::uint16_t port = 0;
  close(testing::listening_socket(1, port));
  auto const refused = probe("{}", local(port));
  check_failed(refused, Reason::refused, "connect");
  CHECK(phases(refused) == std::vector<std::string>{"resolve", "connect"});
  CHECK(fact(refused, facts::ip_protocol) == 4);
  check_failed(probe("{}", "no-such-host.invalid:80", 60s), Reason::name, "resolve");
  check_failed(probe("{preferred_ip_protocol: ip6, ip_protocol_fallback: false}", local(port)), Reason::name,
               "resolve");
}

TEST_CASE("a conversation, with what the server said as labels and in the answers") {
  std::string answer;
  RawServer const server([&](Peer& peer) {
    peer.send(":server NOTICE hello\r\nPING :to");
    std::this_thread::sleep_for(20ms);  // a segment ends in the middle of a line
    peer.send("ken$1\r\n");
    answer = read_line(peer);
    peer.send(":server 001 caf\xE9\r\n");
    read_line(peer);
  });
  Notes notes;
  auto const result = probe(R"(
query_response:
  - expect: "^PING :(.+)$"
    send: "PONG ${1}"
  - expect: " 001 (?P<name>.*)$"
    labels: [{name: name, value: "${name}"}, {name: fixed, value: "a\"b"}]
)",
                            local(server.port()), 10s, &notes);
  CHECK(result.outcome == Outcome::good);
  CHECK(result.detail.empty());
  CHECK(answer == "PONG token$1");
  CHECK(phases(result) == std::vector<std::string>{"resolve", "connect", "processing"});
  CHECK(fact(result, tcp_expect_info) == 1);
  for (auto const& learnt : result.facts.all()) {
    if (learnt.kind != &tcp_expect_info) continue;
    CHECK(learnt.labels ==
          std::vector<std::pair<std::string, std::string>>{{"name", "caf\xEF\xBF\xBD"}, {"fixed", "a\"b"}});
  }
  bool told = false;
  for (auto const& [when, line] : notes.lines()) {
    told = told || line == "query 1: line 2, of 13 bytes, matches";
    CHECK(line.find("token") == std::string::npos);
  }
  CHECK(told);
}

TEST_CASE("an answer that is not the expected one") {
  GarbageServer const wrong("500 no\r\nbye", GarbageServer::Then::close);
  auto const script = std::string("query_response: [{send: hello}, {expect: '^220'}]");
  auto const mismatch = probe(script, wrong.address());
  check_failed(mismatch, Reason::expect, "query 2");
  CHECK(mismatch.detail == "query 2: the connection was closed, and none of 2 lines matches `^220`");
  CHECK(fact(mismatch, facts::failed_due_to_regex) == 1);

  GarbageServer const stays("500 no\r\n");
  auto const waiting = probe(script, stays.address(), 200ms);
  check_failed(waiting, Reason::timeout, "query 2");
  CHECK(waiting.detail == "query 2: timed out after 1 lines, none of which matches");
  CHECK(fact(waiting, facts::failed_due_to_regex) == 0);

  testing::SilentServer const silent;
  check_failed(probe(script, silent.address(), 200ms), Reason::timeout, "query 2");
  GarbageServer const leaving("", GarbageServer::Then::close_at_once);
  check_failed(probe("query_response: [{expect: x}]", leaving.address()), Reason::reset, "query 1");
}

TEST_CASE("the last line counts without its end") {
  RawServer const server([](Peer& peer) { peer.send("first\nSSH-2.0-x"); });
  CHECK(probe("query_response: [{expect: '^SSH-2.0-x$'}]", local(server.port())).outcome == Outcome::good);
}

TEST_CASE("bytes that are expected may come in pieces, and nothing may come before them") {
  RawServer const pieces([](Peer& peer) {
    for (char const c : std::string_view("+PO\0NG", 6)) {
      peer.send({&c, 1});
      std::this_thread::sleep_for(2ms);
    }
    peer.send("and a line\n");
    read_line(peer);
  });
  auto const good =
      probe(R"(query_response: [{expect_bytes: "+PO\0NG"}, {expect: "^and a line$"}])", local(pieces.port()));
  CHECK(good.outcome == Outcome::good);
  CHECK(fact(good, tcp_failed_due_to_bytes) == 0);

  auto const wrong = probe(R"(query_response: [{expect_bytes: "+PING"}])", local(pieces.port()));
  check_failed(wrong, Reason::expect, "query 1");
  CHECK(wrong.detail == "query 1: byte 3 is not the one expected");
  CHECK(fact(wrong, tcp_failed_due_to_bytes) == 1);

  GarbageServer const shorter("+P", GarbageServer::Then::close);
  auto const cut =
      probe(R"(query_response: [{send: x, expect_bytes: ""}, {expect_bytes: "+PONG"}])", shorter.address());
  check_failed(cut, Reason::expect, "query 2");
  CHECK(cut.detail == "query 2: the connection was closed after 2 of 5 bytes");
}

TEST_CASE("lines without end, and answers without end") {
  RawServer const endless_line([](Peer& peer) {
    std::string const block(16384, 'x');
    while (peer.send(block)) {
    }
  });
  auto const line = probe("query_response: [{expect: never}]", local(endless_line.port()), 60s);
  check_failed(line, Reason::too_large, "query 1");
  RawServer const endless_lines([](Peer& peer) {
    std::string block;
    for (int i = 0; i < 500; ++i) block += std::string(99, 'x') + "\n";
    while (peer.send(block)) {
    }
  });
  Notes notes;
  auto const lines = probe("query_response: [{expect: never}]", local(endless_lines.port()), 60s, &notes);
  check_failed(lines, Reason::too_large, "query 1");
  CHECK(notes.lines().size() < 100);
}

TEST_CASE("one byte now and then ends at the deadline") {
  RawServer const slow([](Peer& peer) {
    while (peer.send("x")) std::this_thread::sleep_for(10ms);
  });
  check_failed(probe("query_response: [{expect: y}]", local(slow.port()), 300ms), Reason::timeout, "query 1");
}

TEST_CASE("TLS from the first byte") {
  auto const identity = self_signed("DNS:localhost,IP:127.0.0.1");
  testing::PemFile const ca(identity.pem());
  testing::TlsServer const server({identity}, "200 OK\n");
  auto const options =
      "tls: true\ntls_config: {ca_file: " + ca.path() + "}\nquery_response: [{send: hi}, {expect: '^200'}]\n";
  auto const good = probe(options, local(server.port()));
  CHECK(good.detail.empty());
  CHECK(good.outcome == Outcome::good);
  CHECK(phases(good) == std::vector<std::string>{"resolve", "connect", "tls", "processing"});
  auto const expiry = fact(good, facts::earliest_cert_expiry);
  CHECK(expiry == fact(good, facts::last_chain_expiry));
  auto const now = static_cast<double>(std::time(nullptr));
  CHECK(expiry > now + 23 * 3600);
  CHECK(expiry < now + 25 * 3600);
  CHECK(good.facts.find(facts::tls_version_info));
  CHECK(good.facts.find(facts::last_chain_info));

  auto const unverified = probe("{tls: true, tls_config: {insecure_skip_verify: true}}", local(server.port()));
  CHECK(unverified.outcome == Outcome::good);
  CHECK(fact(unverified, facts::last_chain_expiry) == -62135596800.0);
  check_failed(probe("tls: true", local(server.port())), Reason::certificate, "tls");
}

TEST_CASE("TLS with what does not speak it, or nothing at all") {
  GarbageServer const plain("220 ready\r\n");
  check_failed(probe("tls: true", plain.address()), Reason::tls, "tls");
  testing::SilentServer const silent;
  auto const hung = probe("tls: true", silent.address(), 200ms);
  check_failed(hung, Reason::timeout, "tls");
  CHECK(phases(hung) == std::vector<std::string>{"resolve", "connect", "tls"});
}

TEST_CASE("a conversation goes on under TLS") {
  auto const identity = self_signed("DNS:mail.test,IP:127.0.0.1");
  testing::PemFile const ca(identity.pem());
  MailServer const server(identity);
  auto const trusting =
      std::string(kMailScript) + "tls_config: {ca_file: " + ca.path() + ", server_name: mail.test}\n";
  auto const good = probe(trusting, local(server.port()));
  CHECK(good.detail.empty());
  CHECK(good.outcome == Outcome::good);
  CHECK(phases(good) == std::vector<std::string>{"resolve", "connect", "tls", "processing"});
  CHECK(good.facts.find(facts::earliest_cert_expiry));
  CHECK(good.facts.find(tcp_expect_info));

  auto const stranger = probe(kMailScript, local(server.port()));
  check_failed(stranger, Reason::certificate, "query 3");
  CHECK_FALSE(stranger.facts.find(facts::earliest_cert_expiry));
}

TEST_CASE("the target's hostname is what TLS expects") {
  auto const identity = self_signed("DNS:mail.test");
  testing::PemFile const ca(identity.pem());
  testing::TlsServer const server({identity}, "x");
  auto const root =
      config::Document::parse("tls: true\ntls_config: {ca_file: " + ca.path() + "}", "probe.yml").root();
  auto const module = read_tcp(root, root, {});
  asio::io_context io;
  auto const run = [&](const char* hostname) {
    auto const made = module->probe({local(server.port()), hostname});
    return testing::run_on(io, attempt_once(*made, Deadline::after(10s)));
  };
  CHECK(run("mail.test").outcome == Outcome::good);
  CHECK(run("").reason == Reason::certificate);
}

TEST_CASE("addresses outside of the allowed networks are not touched") {
  RawServer const server([](Peer&) {});
  ReadContext context;
  context.allowed = std::make_shared<net::Networks>(std::vector<std::string>{"10.0.0.0/8"});
  auto const root = config::Document::parse("{}", "probe.yml").root();
  auto const made = read_tcp(root, root, context)->probe({"localhost:" + std::to_string(server.port()), ""});
  asio::io_context io;
  auto const result = testing::run_on(io, attempt_once(*made, Deadline::after(10s)));
  check_failed(result, Reason::forbidden, "resolve");
  CHECK(server.served() == 0);
}
