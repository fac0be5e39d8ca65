// DNS over TLS against OpenSSL's own server.
#include <openssl/err.h>
#include <pthread.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "probers/dns/dns_module.hpp"
#include "probers/dns/dns_probe.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/probers/dns/scripted_dns_server.hpp"
#include "tests/servers/coroutine.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

/// Answers one query a connection, with one address, in two segments split within the length.
class TlsDnsServer {
 public:
  explicit TlsDnsServer(const Identity& identity)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), server_([this](Peer& peer) { serve(peer); }) {
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  }
  std::string port() const { return std::to_string(server_.port()); }

 private:
  void serve(Peer& peer) {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    std::unique_ptr<SSL, decltype(&SSL_free)> const ssl(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl.get(), peer.fd());
    std::string query(512, '\0');
    if (SSL_accept(ssl.get()) == 1) {
      int const size = SSL_read(ssl.get(), query.data(), static_cast<int>(query.size()));
      if (size > 2) {
        auto const answer = testing::response_to(query.substr(2, static_cast<std::size_t>(size) - 2), 1,
                                                 record(1, 300, octets("c0000201")));
        auto const framed = number16(static_cast<unsigned>(answer.size())) + answer;
        SSL_write(ssl.get(), framed.data(), 1);
        SSL_write(ssl.get(), framed.data() + 1, static_cast<int>(framed.size() - 1));
        peer.sees_close();
      }
    }
    ERR_clear_error();
  }

  std::shared_ptr<SSL_CTX> context_;
  RawServer server_;
};

ProbeResult ask(const TargetSpec& target, const std::string& options) {
  asio::io_context io;
  auto const whole = config::Document::parse(options, "options").root();
  auto const probe = read_dns(whole, whole, {})->probe(target);
  return run_on(io, attempt_once(*probe, Deadline::after(5s)));
}

}  // namespace

TEST_CASE("dns over TLS: trusted, not trusted, another name, no TLS at all") {
  CertificateWish wish;
  wish.common_name = "dns";
  wish.names = "DNS:dns.example,IP:127.0.0.1";
  wish.authority = true;
  auto const identity = make_identity(wish);
  PemFile const authority(identity.pem());
  TlsDnsServer const server(identity);
  auto const options =
      "query_name: example.com\nquery_type: A\ntransport_protocol: tcp\ndns_over_tls: true\ntls_config:\n  ";
  TargetSpec target{"127.0.0.1:" + server.port(), ""};

  auto const good = ask(target, options + ("ca_file: " + authority.path()));
  INFO(good.detail);
  CHECK(good.outcome == Outcome::good);
  CHECK(*good.facts.find(dns_answer_rrs) == 1);
  CHECK(good.facts.find(facts::earliest_cert_expiry));
  CHECK(good.facts.find(facts::tls_version_info));
  CHECK(good.phases[1].second > 0);

  auto const untrusted = ask(target, options + std::string("insecure_skip_verify: false"));
  CHECK(untrusted.reason == Reason::certificate);
  CHECK(untrusted.step == "tls");
  CHECK(ask(target, options + std::string("insecure_skip_verify: true")).outcome == Outcome::good);

  target.hostname = "dns.example";
  CHECK(ask(target, options + ("ca_file: " + authority.path())).outcome == Outcome::good);
  target.hostname = "other.example";
  CHECK(ask(target, options + ("ca_file: " + authority.path())).reason == Reason::certificate);
  CHECK(ask(target, options + ("{server_name: dns.example, ca_file: " + authority.path() + "}")).outcome ==
        Outcome::good);
}
