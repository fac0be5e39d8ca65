// Addresses, connection limits, and a machine that has no descriptors left.
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <ctime>
#include <system_error>
#include <vector>

#include "core/web/server.hpp"
#include "tests/core/web/captured_log.hpp"
#include "tests/core/web/raw_connection.hpp"
#include "tests/core/web/running_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

awaitable<web::Response> hello(const web::Request&) {
  web::Response response;
  response.body = "hello";
  co_return response;
}

awaitable<web::Response> held(asio::steady_timer* release, std::size_t& inside) {
  ++inside;
  boost::system::error_code ignored;
  co_await release->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  web::Response response;
  response.body = "held";
  co_return response;
}

void routes(web::Server& server) { server.route("GET", "/hello", hello); }

constexpr std::string_view kRequest = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

std::string listen_error(const std::string& address) {
  asio::io_context io;
  web::Server server(io);
  try {
    server.listen(address);
  } catch (const std::system_error& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("addresses carry the real port") {
  asio::io_context io;
  web::Server server(io);
  server.listen("127.0.0.1:0");
  server.listen("localhost:0");
  auto const addresses = server.addresses();
  REQUIRE(addresses.size() == 2);
  CHECK_THAT(addresses[0], StartsWith("127.0.0.1:"));
  CHECK(addresses[0] != "127.0.0.1:0");
  server.stop();
  CHECK(server.addresses().empty());
}

TEST_CASE("an address without a host is every interface") {
  RunningServer server(routes, {}, ":0");
  RawConnection v4(server.port, "127.0.0.1");
  v4.send(kRequest);
  CHECK_THAT(v4.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
  if (server.server->addresses().at(0).front() != '[') return;  // a machine without IPv6
  RawConnection v6(server.port, "::1");
  v6.send(kRequest);
  CHECK_THAT(v6.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("an address that cannot be used is named") {
  RunningServer server(routes);
  auto const taken = "127.0.0.1:" + std::to_string(server.port);
  CHECK(listen_error(taken) == "listen on " + taken + ": Address already in use");
  for (std::string const address :
       {"", "9464", "127.0.0.1", "127.0.0.1:", ":65536", ":-1", ":x", "::1:80", "[::1]", ":123456"})
    CHECK(listen_error(address) == "listen on " + address + ": Invalid argument");
  CHECK_THAT(listen_error("192.0.2.1:0"), StartsWith("listen on 192.0.2.1:0: "));
}

TEST_CASE("above the limit of connections the one that waits the longest gives way") {
  web::Limits limits;
  limits.connections = 2;
  RunningServer server(routes, limits);
  RawConnection first(server.port), second(server.port);
  for (auto* client : {&first, &second}) {
    client->send(kRequest);
    CHECK_THAT(client->read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  RawConnection third(server.port);
  third.send(kRequest);
  CHECK_THAT(third.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK(first.read_to_end().empty());
  CHECK(server.connections() == 2);
  second.send(kRequest);
  CHECK_THAT(second.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("connections that are all being answered give way to none") {
  asio::steady_timer* release = nullptr;
  std::size_t inside = 0;
  web::Limits limits;
  limits.connections = 2;
  RunningServer server(
      [&](web::Server& to) {
        routes(to);
        to.route("GET", "/held", [&](const web::Request&) { return held(release, inside); });
      },
      limits);
  asio::steady_timer timer(server.io, 1h);
  release = &timer;
  RawConnection first(server.port), second(server.port);
  for (auto* client : {&first, &second}) client->send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
  REQUIRE(wait_until([&] { return server.call([&] { return inside; }) == 2; }));
  CHECK(RawConnection(server.port).read_to_end().empty());
  server.call([&] { return timer.cancel(); });
  for (auto* client : {&first, &second}) CHECK_THAT(client->read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("who holds hundreds of connections keeps nobody out") {
  web::Limits limits;
  limits.connections = 64;
  RunningServer server(routes, limits);
  std::vector<RawConnection> slow;
  for (int n = 0; n < 400; ++n) {
    slow.emplace_back(server.port)
        .send(n % 2 == 0 ? "GET /hello HTTP/1.1\r\nX-"
                         : "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
    if (n % 20 == 0)
      CHECK_THAT(ask(server.port, "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
                 StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  CHECK(server.connections() <= 64);
}

#ifndef __SANITIZE_ADDRESS__  // UBSan opens a pipe to check a type that it has not seen, and aborts if it
                              // cannot
namespace {

/// CPU time of the thread that runs the server.
std::chrono::nanoseconds cpu_time(RunningServer& server) {
  return server.call([] {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
  });
}

/// Leaves the process `spare` descriptors while it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(int spare) {
    getrlimit(RLIMIT_NOFILE, &before_);
    int const next = dup(0);
    close(next);
    auto few = before_;
    few.rlim_cur = static_cast<rlim_t>(next + spare);
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a process without descriptors waits, serves whom it has, and goes on when it can") {
  CapturedLog log;
  RunningServer server(routes);
  RawConnection old(server.port);
  old.send(kRequest);
  old.read_response();
  std::unique_ptr<RawConnection> late;
  {
    FewDescriptors const one(1);
    late = std::make_unique<RawConnection>(server.port);  // takes the last one; the backlog has the connection
    late->send(kRequest);
    REQUIRE(wait_until([&] { return log.text().find("cannot accept") != std::string::npos; }));
    auto const before = cpu_time(server);
    auto const until = std::chrono::steady_clock::now() + 500ms;
    old.send(kRequest);
    CHECK_THAT(old.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
    wait_until([&] { return std::chrono::steady_clock::now() > until; });
    CHECK(cpu_time(server) - before < 250ms);
  }
  CHECK_THAT(late->read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
  auto const lines = log.text();
  CHECK(lines.find("cannot accept") == lines.rfind("cannot accept"));
}
#endif
