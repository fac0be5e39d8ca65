// Handshakes and bytes of TLS against OpenSSL's own server.
#include <openssl/err.h>
#include <openssl/pem.h>

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <mutex>

#include "core/net/stream.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"

using namespace fleet;
using namespace std::chrono_literals;
using testing::CertificateWish;
using testing::Identity;
using testing::Peer;
using testing::RawServer;

namespace {

Identity authority(const std::string& name) {
  CertificateWish wish;
  wish.common_name = name;
  wish.authority = true;
  wish.valid_for = 48h;
  return testing::make_identity(wish);
}

Identity leaf(const Identity& issuer, const std::string& names, std::chrono::seconds valid_for = 24h) {
  CertificateWish wish;
  wish.common_name = "the leaf, \"quoted\"";
  wish.names = names;
  wish.valid_for = valid_for;
  return testing::make_identity(wish, &issuer);
}

using SslPointer = std::unique_ptr<SSL, decltype(&SSL_free)>;

/// A server of one identity that does with each connection, once shaken hands, what a test wants.
class Server {
 public:
  Server(const Identity& identity, std::function<void(SSL*, Peer&)> serve)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
        serve_(std::move(serve)),
        server_([this](Peer& peer) {
          SslPointer const ssl(SSL_new(context_.get()), SSL_free);
          SSL_set_fd(ssl.get(), peer.fd());
          if (SSL_accept(ssl.get()) == 1) serve_(ssl.get(), peer);
          ERR_clear_error();
        }) {
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  }
  SSL_CTX* context() { return context_.get(); }
  std::uint16_t port() const { return server_.port(); }

 private:
  std::shared_ptr<SSL_CTX> context_;
  std::function<void(SSL*, Peer&)> serve_;
  RawServer server_;
};

net::TlsOptions trusting(const Identity& identity) {
  net::TlsOptions options;
  options.ca = identity.pem();
  return options;
}

awaitable<net::Stream> secured(std::uint16_t port, const net::TlsContext& context, std::string host,
                               Deadline deadline = Deadline::after(10s)) {
  net::DialOptions options;
  auto const number = std::to_string(port);
  auto connected = co_await net::dial("127.0.0.1", number, options, deadline);
  co_await connected.stream.start_tls(context, host);
  co_return std::move(connected.stream);
}

std::optional<net::Failure> handshake_failure(std::uint16_t port, const net::TlsOptions& options,
                                              const std::string& host,
                                              Deadline deadline = Deadline::after(10s)) {
  asio::io_context io;
  net::TlsContext const context(options);
  try {
    testing::run_on(io,
                    [](std::uint16_t number, const net::TlsContext& with, std::string name,
                       Deadline limit) -> awaitable<void> {
                      auto stream = co_await secured(number, with, name, limit);
                    }(port, context, host, deadline));
  } catch (const net::Failure& failure) {
    CHECK(failure.step == net::Step::tls);
    return failure;
  }
  return {};
}

awaitable<std::string> read_to_end(net::Stream& stream) {
  std::string all;
  char bytes[16384];
  for (;;) {
    auto const count = co_await stream.read_some(asio::buffer(bytes));
    if (count == 0) co_return all;
    all.append(bytes, count);
  }
}

void write_all(SSL* ssl, std::string_view bytes) {
  while (!bytes.empty()) {
    int const count = SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

TEST_CASE("bytes go both ways over TLS, and facts tell what was agreed on") {
  auto const root = authority("root");
  auto const identity = leaf(root, "DNS:service.test,DNS:*.service.test,IP:127.0.0.1", 12h);
  std::string const much(1'000'000, 'm');
  std::string server_name;
  Server server(identity, [&](SSL* ssl, Peer&) {
    auto const* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    server_name = name ? name : "";
    std::string got(much.size(), ' ');
    std::size_t filled = 0;
    while (filled < got.size()) {
      int const count = SSL_read(ssl, got.data() + filled, static_cast<int>(got.size() - filled));
      if (count <= 0) return;
      filled += static_cast<std::size_t>(count);
    }
    write_all(ssl, got);
    SSL_shutdown(ssl);
  });
  SSL_CTX_set_alpn_select_cb(
      server.context(),
      [](SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in, unsigned, void*) {
        *out = in + 1;
        *length = in[0];
        return SSL_TLSEXT_ERR_OK;
      },
      nullptr);
  asio::io_context io;
  net::TlsContext const context(trusting(root), {"h2", "http/1.1"});
  net::TlsFacts facts;
  auto const echoed = testing::run_on(io,
                                      [](std::uint16_t port, const net::TlsContext& with,
                                         const std::string& all, net::TlsFacts& out) -> awaitable<std::string> {
                                        auto stream = co_await secured(port, with, "a.service.test.");
                                        CHECK(stream.is_tls());
                                        out = net::tls_facts(stream.ssl());
                                        co_await stream.write(all);
                                        auto const back = co_await read_to_end(stream);
                                        co_return back;
                                      }(server.port(), context, much, facts));
  CHECK(echoed == much);
  CHECK(server_name == "a.service.test");
  CHECK(facts.version == "TLS 1.3");
  CHECK(facts.cipher == "TLS_AES_256_GCM_SHA384");
  CHECK(facts.alpn == "h2");
  CHECK(facts.subject == "CN=the leaf\\, \\\"quoted\\\"");
  CHECK(facts.issuer == "CN=root");
  CHECK(facts.subject_alternative == "service.test,*.service.test");
  CHECK(facts.fingerprint_sha256.size() == 64);
  auto const serial = ASN1_INTEGER_get(X509_get0_serialNumber(identity.certificate.get()));
  CHECK(std::stol(facts.serial_number, nullptr, 16) == serial);
  CHECK(facts.serial_number.front() != '0');
  REQUIRE(facts.earliest_expiry);
  CHECK(facts.last_chain_expiry == facts.earliest_expiry);
  auto const left = *facts.earliest_expiry - std::chrono::system_clock::now();
  CHECK(left > 11h);
  CHECK(left < 13h);
}

TEST_CASE("certificates that are not what they should be are refused for what they are") {
  auto const root = authority("root");
  auto const stranger = authority("stranger");
  auto const nothing = [](SSL*, Peer&) {};
  Server good(leaf(root, "DNS:service.test,IP:127.0.0.1"), nothing);
  auto const check = [](const std::optional<net::Failure>& failure, const std::string& text) {
    REQUIRE(failure);
    CHECK(failure->kind == net::FailureKind::certificate);
    CHECK_THAT(failure->what(), Catch::Contains(text));
  };
  CHECK_FALSE(handshake_failure(good.port(), trusting(root), "service.test"));
  CHECK_FALSE(handshake_failure(good.port(), trusting(root), "127.0.0.1"));
  check(handshake_failure(good.port(), trusting(root), "other.test"), "tls other.test: hostname mismatch");
  check(handshake_failure(good.port(), trusting(root), "127.0.0.2"), "IP address mismatch");
  check(handshake_failure(good.port(), trusting(root), "[::1]"), "IP address mismatch");
  check(handshake_failure(good.port(), trusting(stranger), "service.test"), "unable to get local issuer");
  check(handshake_failure(good.port(), {}, "service.test"), "unable to get local issuer");

  Server expired(leaf(root, "DNS:service.test", -1h), nothing);
  check(handshake_failure(expired.port(), trusting(root), "service.test"), "expired");
  // A common name is no name.
  Server nameless(authority("service.test"), nothing);
  auto const self_signed = authority("service.test");
  Server alone(self_signed, nothing);
  check(handshake_failure(alone.port(), trusting(self_signed), "service.test"), "hostname mismatch");

  auto renamed = trusting(root);
  renamed.server_name = "service.test";
  CHECK_FALSE(handshake_failure(good.port(), renamed, "other.test"));
  auto careless = net::TlsOptions();
  careless.insecure_skip_verify = true;
  CHECK_FALSE(handshake_failure(expired.port(), careless, "other.test"));
}

TEST_CASE("a server's own certificate may be what is trusted") {
  CertificateWish wish;
  wish.common_name = "self";
  wish.names = "DNS:service.test";
  auto const self_signed = testing::make_identity(wish);
  Server alone(self_signed, [](SSL*, Peer&) {});
  CHECK_FALSE(handshake_failure(alone.port(), trusting(self_signed), "service.test"));
  auto const root = authority("root");
  auto const signed_leaf = leaf(root, "DNS:service.test");
  Server behind(signed_leaf, [](SSL*, Peer&) {});
  CHECK_FALSE(handshake_failure(behind.port(), trusting(signed_leaf), "service.test"));
}

TEST_CASE("what is not TLS, hangs or leaves in the handshake") {
  testing::GarbageServer const plain("SSH-2.0-OpenSSH_9.2\r\n");
  auto const wrong = handshake_failure(plain.port(), {}, "service.test");
  REQUIRE(wrong);
  CHECK(wrong->kind == net::FailureKind::tls);
  CHECK_THAT(wrong->what(), Catch::StartsWith("tls service.test: "));

  testing::SilentServer const silent;
  auto const hung = handshake_failure(silent.port(), {}, "service.test", Deadline::after(1s));
  REQUIRE(hung);
  CHECK(hung->kind == net::FailureKind::timeout);
  CHECK(hung->what() == std::string("tls service.test: timed out"));

  testing::GarbageServer const leaving("", testing::GarbageServer::Then::close_at_once);
  auto const left = handshake_failure(leaving.port(), {}, "service.test");
  REQUIRE(left);
  CHECK(left->kind == net::FailureKind::reset);

  auto const unnamed = handshake_failure(silent.port(), {}, std::string(300, 'a'));
  REQUIRE(unnamed);
  CHECK(unnamed->kind == net::FailureKind::tls);
}

TEST_CASE("versions that have nothing in common") {
  auto const root = authority("root");
  Server modern(leaf(root, "DNS:service.test"), [](SSL*, Peer&) {});
  SSL_CTX_set_min_proto_version(modern.context(), TLS1_3_VERSION);
  auto options = trusting(root);
  options.max_version = TLS1_2_VERSION;
  auto const failure = handshake_failure(modern.port(), options, "service.test");
  REQUIRE(failure);
  CHECK(failure->kind == net::FailureKind::tls);

  Server old(leaf(root, "DNS:service.test"), [](SSL*, Peer&) {});
  SSL_CTX_set_min_proto_version(old.context(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(old.context(), TLS1_1_VERSION);
  SSL_CTX_set_cipher_list(old.context(), "DEFAULT:@SECLEVEL=0");
  CHECK(handshake_failure(old.port(), trusting(root), "service.test"));
  auto tolerant = trusting(root);
  tolerant.min_version = TLS1_VERSION;
  CHECK_FALSE(handshake_failure(old.port(), tolerant, "service.test"));
}

TEST_CASE("the end of a TLS stream counts only if the peer says so") {
  auto const root = authority("root");
  bool orderly = false;
  Server server(leaf(root, "DNS:service.test"), [&](SSL* ssl, Peer&) {
    write_all(ssl, "half");
    if (orderly) SSL_shutdown(ssl);
  });
  net::TlsContext const context(trusting(root));
  for (bool const said : {true, false}) {
    orderly = said;
    asio::io_context io;
    testing::run_on(io, [](std::uint16_t port, const net::TlsContext& with, bool expected) -> awaitable<void> {
      auto stream = co_await secured(port, with, "service.test");
      boost::system::error_code error;
      std::string text;
      try {
        text = co_await read_to_end(stream);
      } catch (const boost::system::system_error& failure) {
        error = failure.code();
      }
      if (expected) {
        CHECK(text == "half");
        CHECK_FALSE(error);
      } else {
        CHECK(net::kind_of(error, net::Step::transfer) == net::FailureKind::reset);
      }
    }(server.port(), context, said));
  }
}

TEST_CASE("writing over TLS to who has gone is an error, not a signal") {
  auto const root = authority("root");
  Server server(leaf(root, "DNS:service.test"), [](SSL*, Peer& peer) { peer.reset_on_close(); });
  net::TlsContext const context(trusting(root));
  asio::io_context io;
  testing::run_on(io, [](std::uint16_t port, const net::TlsContext& with) -> awaitable<void> {
    auto stream = co_await secured(port, with, "service.test");
    std::string const block(1 << 20, 'b');
    boost::system::error_code error;
    for (int i = 0; i < 100 && !error; ++i) {
      try {
        co_await stream.write(block);
      } catch (const boost::system::system_error& failure) {
        error = failure.code();
      }
    }
    CHECK(net::kind_of(error, net::Step::send) == net::FailureKind::reset);
  }(server.port(), context));
}

TEST_CASE("a client certificate is shown") {
  auto const root = authority("root");
  auto const client = leaf(root, "DNS:client.test");
  bool shown = false;
  Server server(leaf(root, "DNS:service.test"), [&](SSL* ssl, Peer&) {
    shown = X509_cmp(SSL_get0_peer_certificate(ssl), client.certificate.get()) == 0;
    write_all(ssl, "seen");
    SSL_shutdown(ssl);
  });
  SSL_CTX_set_verify(server.context(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(server.context()), root.certificate.get());
  testing::PemFile const cert(client.pem());
  auto options = trusting(root);
  options.cert_file = cert.path();
  std::unique_ptr<BIO, decltype(&BIO_free)> const memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(memory.get(), client.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  auto const length = BIO_get_mem_data(memory.get(), &text);
  options.key = config::Secret(std::string(text, static_cast<std::size_t>(length)));
  net::TlsContext const context(options);
  asio::io_context io;
  testing::run_on(io, [](std::uint16_t port, const net::TlsContext& with) -> awaitable<void> {
    auto stream = co_await secured(port, with, "service.test");
    auto const answer = co_await read_to_end(stream);
    CHECK(answer == "seen");
  }(server.port(), context));
  CHECK(shown);
}

TEST_CASE("TLS runs inside of TLS, as through an https proxy") {
  auto const root = authority("root");
  auto const inside = leaf(root, "DNS:inner.test");
  std::shared_ptr<SSL_CTX> const inner_context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_use_certificate(inner_context.get(), inside.certificate.get());
  SSL_CTX_use_PrivateKey(inner_context.get(), inside.key.get());
  Server server(leaf(root, "DNS:outer.test"), [&](SSL* outer, Peer&) {
    SslPointer const inner(SSL_new(inner_context.get()), SSL_free);
    BIO* const bio = BIO_new(BIO_f_ssl());
    BIO_set_ssl(bio, outer, BIO_NOCLOSE);
    SSL_set_bio(inner.get(), bio, bio);
    if (SSL_accept(inner.get()) != 1) return;
    write_all(inner.get(), std::string(100'000, 'i'));
    SSL_shutdown(inner.get());
  });
  net::TlsContext const context(trusting(root));
  asio::io_context io;
  auto const text =
      testing::run_on(io, [](std::uint16_t port, const net::TlsContext& with) -> awaitable<std::string> {
        auto stream = co_await secured(port, with, "outer.test");
        co_await stream.start_tls(with, "inner.test");
        auto const facts = net::tls_facts(stream.ssl());
        CHECK(facts.subject_alternative == "inner.test");
        auto const all = co_await read_to_end(stream);
        co_return all;
      }(server.port(), context));
  CHECK(text == std::string(100'000, 'i'));
}
