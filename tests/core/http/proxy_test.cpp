// Requests through a proxy: absolute form, tunnels, refusals.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/http/client.hpp"
#include "tests/core/http/certificates.hpp"
#include "tests/core/http/raw_server.hpp"
#include "tests/core/http/sending.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// Copies what either side sends to the other until one of them ends.
void relay(int a, int b) {
  pollfd sides[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
  char bytes[4096];
  while (poll(sides, 2, 10'000) > 0)
    for (int i : {0, 1}) {
      if (sides[i].revents == 0) continue;
      auto const count = recv(sides[i].fd, bytes, sizeof bytes, 0);
      if (count <= 0) return;
      if (::send(sides[1 - i].fd, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) return;
    }
}

int connect_to(std::uint16_t port) {
  int const fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port = htons(port);
  if (connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) throw std::runtime_error("connect");
  return fd;
}

/// Answers CONNECT with a tunnel to `port`, whatever name it was asked for; remembers the head.
std::function<void(Peer&)> tunnelling_to(std::uint16_t port, std::string& head) {
  return [port, &head](Peer& peer) {
    head = peer.read_head();
    int const fd = connect_to(port);
    peer.send("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n");
    relay(peer.fd(), fd);
    close(fd);
  };
}

http::ClientOptions through(std::uint16_t port, bool credentials = false) {
  http::ClientOptions options;
  options.proxy.emplace();
  options.proxy->url = request_to(port).url;
  if (credentials) {
    options.proxy->username = "user";
    options.proxy->password = config::Secret("pass");
  }
  options.tls.insecure_skip_verify = true;
  return options;
}

http::Response send_through(http::ClientOptions options, http::Request request) {
  asio::io_context io;
  http::Client client(std::move(options));
  return run_on(io, client.send(std::move(request), Deadline::after(10s)));
}

http::Failure failure_through(http::ClientOptions options, http::Request request) {
  try {
    send_through(std::move(options), std::move(request));
    throw std::logic_error("expected a failure");
  } catch (const http::Failure& failure) {
    return failure;
  }
}

}  // namespace

TEST_CASE("http through a proxy is asked for in absolute form") {
  std::string head;
  RawServer proxy([&](Peer& peer) {
    head = peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  // The name is the proxy's to resolve.
  auto const request = request_to(8080, "/x?y", false, "only.the.proxy.knows.invalid");
  CHECK(send_through(through(proxy.port()), request).body == "ok");
  CHECK(head ==
        "GET http://only.the.proxy.knows.invalid:8080/x?y HTTP/1.1\r\n"
        "Host: only.the.proxy.knows.invalid:8080\r\nUser-Agent: legalllm-fleet\r\nConnection: close\r\n\r\n");
  send_through(through(proxy.port(), true), request);
  CHECK_THAT(head, Contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
}

TEST_CASE("https through a proxy is tunnelled") {
  auto const identity = make_identity({"server", "DNS:far.example"});
  TlsServer server({identity}, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nfar");
  std::string head;
  RawServer proxy(tunnelling_to(server.port(), head));
  auto options = through(proxy.port(), true);
  options.proxy->connect_headers.emplace_back("X-Team", config::Secret("probes"));
  auto const response = send_through(options, request_to(443, "/", true, "far.example"));
  CHECK(response.body == "far");
  CHECK(response.header("X-Proxy").empty());
  CHECK(server.server_name() == "far.example");
  CHECK(head ==
        "CONNECT far.example:443 HTTP/1.1\r\nHost: far.example:443\r\nUser-Agent: legalllm-fleet\r\n"
        "Proxy-Authorization: Basic dXNlcjpwYXNz\r\nX-Team: probes\r\n\r\n");
  CHECK(response.phases.tls > 0ns);
  CHECK(response.phases.processing > 0ns);
}

TEST_CASE("an https proxy: TLS inside of TLS") {
  auto const identity = make_identity({"server", "DNS:far.example"});
  TlsServer server({identity}, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nfar");
  auto const proxy_identity = make_identity({"proxy", "IP:127.0.0.1"});
  std::shared_ptr<SSL_CTX> const context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_use_certificate(context.get(), proxy_identity.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), proxy_identity.key.get());
  RawServer proxy([&](Peer& peer) {
    std::unique_ptr<SSL, decltype(&SSL_free)> const ssl(SSL_new(context.get()), SSL_free);
    SSL_set_fd(ssl.get(), peer.fd());
    char bytes[16 * 1024];
    if (SSL_accept(ssl.get()) != 1 || SSL_read(ssl.get(), bytes, sizeof bytes) <= 0) return;
    std::string_view const yes = "HTTP/1.1 200 Yes\r\n\r\n";
    SSL_write(ssl.get(), yes.data(), static_cast<int>(yes.size()));
    int const fd = connect_to(server.port());
    pollfd sides[2] = {{peer.fd(), POLLIN, 0}, {fd, POLLIN, 0}};
    while (SSL_pending(ssl.get()) > 0 || poll(sides, 2, 10'000) > 0) {
      if (SSL_pending(ssl.get()) > 0 || sides[0].revents != 0) {
        int const count = SSL_read(ssl.get(), bytes, sizeof bytes);
        if (count <= 0 || ::send(fd, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) break;
      } else {
        auto const count = recv(fd, bytes, sizeof bytes, 0);
        if (count <= 0 || SSL_write(ssl.get(), bytes, static_cast<int>(count)) <= 0) break;
      }
      sides[0].revents = sides[1].revents = 0;
    }
    close(fd);
  });
  auto options = through(proxy.port());
  options.proxy->url.tls = true;
  CHECK(send_through(options, request_to(443, "/", true, "far.example")).body == "far");

  SECTION("whose certificate is not trusted") {
    options.tls.insecure_skip_verify = false;
    auto const failure = failure_through(options, request_to(443, "/", true, "far.example"));
    CHECK(outcome(failure) == "proxy certificate");
  }
}

TEST_CASE("a proxy that refuses, or is none") {
  auto const request = request_to(443, "/", true, "far.example");
  SECTION("refuses") {
    RawServer proxy([](Peer& peer) {
      peer.read_head();
      peer.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 100\r\n\r\n");
    });
    auto const failure = failure_through(through(proxy.port()), request);
    CHECK(outcome(failure) == "proxy protocol");
    CHECK_THAT(failure.what(), Contains("407"));
  }
  SECTION("speaks something else") {
    RawServer proxy([](Peer& peer) {
      peer.read_head();
      peer.send("SSH-2.0-x\r\n");
    });
    CHECK(outcome(failure_through(through(proxy.port()), request)) == "proxy protocol");
  }
  SECTION("closes") {
    RawServer proxy([](Peer& peer) { peer.read_head(); });
    CHECK(outcome(failure_through(through(proxy.port()), request)) == "proxy reset");
  }
  SECTION("nobody listens") {
    std::uint16_t port;
    close(listening_socket(1, port));
    auto const failure = failure_through(through(port), request);
    CHECK(outcome(failure) == "proxy refused");
    CHECK_THAT(failure.what(), Contains("proxy: connect 127.0.0.1:" + std::to_string(port)));
  }
}
