// The ends of a server's life, with requests in flight.
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <system_error>

#include "core/web/server.hpp"
#include "tests/core/web/captured_log.hpp"
#include "tests/core/web/raw_connection.hpp"
#include "tests/core/web/running_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kWait = "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n";

/// Handlers that wait until they are let go, and count who is inside. Used on the io thread.
struct Gate {
  explicit Gate(asio::io_context& io) : timer(io, asio::steady_timer::time_point::max()) {}

  struct Inside {
    explicit Inside(std::shared_ptr<Gate> of) : gate(std::move(of)) { ++gate->inside; }
    ~Inside() { --gate->inside; }
    Inside(const Inside&) = delete;
    std::shared_ptr<Gate> gate;
  };

  asio::steady_timer timer;
  int inside = 0;
};

awaitable<web::Response> hello(const web::Request&) {
  web::Response response;
  response.body = "hello";
  co_return response;
}

awaitable<web::Response> wait_at(std::shared_ptr<Gate> gate) {
  Gate::Inside const inside(gate);
  boost::system::error_code ec;
  co_await gate->timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  web::Response response;
  response.body = "waited";
  co_return response;
}

struct GatedServer {
  GatedServer() : running([](web::Server&) {}) {
    gate = running.call([this] {
      auto const made = std::make_shared<Gate>(running.io);
      auto& server = *running.server;
      server.route("GET", "/hello", hello);
      server.route("GET", "/wait", [made](const web::Request&) { return wait_at(made); });
      server.route("GET", "/die", [&server](const web::Request& request) {
        server.close();
        return hello(request);
      });
      return made;
    });
  }

  int inside() {
    return running.call([this] { return gate->inside; });
  }
  void open_gate() {
    running.call([this] { return gate->timer.cancel(); });
  }
  void stop() {
    running.call([this] {
      running.server->stop();
      return 0;
    });
  }
  void close() {
    running.call([this] {
      running.server->close();
      return 0;
    });
  }

  RunningServer running;
  std::shared_ptr<Gate> gate;
};

bool refuses(std::uint16_t port) {
  try {
    RawConnection const client(port);
    return false;
  } catch (const std::system_error& e) {
    return e.code() == std::errc::connection_refused;
  }
}

}  // namespace

TEST_CASE("stop() lets requests in flight finish and closes the rest") {
  GatedServer server;
  RawConnection idle(server.running.port);
  idle.send(kHello);
  idle.read_response();
  RawConnection silent(server.running.port);
  RawConnection busy(server.running.port);
  busy.send(kWait);
  REQUIRE(wait_until([&] { return server.inside() == 1 && server.running.connections() == 3; }));

  server.stop();
  CHECK(idle.read_to_end().empty());
  CHECK(silent.read_to_end().empty());
  CHECK(refuses(server.running.port));
  REQUIRE(wait_until([&] { return server.running.connections() == 1; }));
  CHECK(server.inside() == 1);
  server.open_gate();
  auto const response = busy.read_to_end();
  CHECK_THAT(response,
             StartsWith("HTTP/1.1 200 OK\r\n") && Contains("Connection: close\r\n") && EndsWith("waited"));
  CHECK(wait_until([&] { return server.running.connections() == 0; }));
}

TEST_CASE("stop() serves the request that is being read, not those behind it") {
  GatedServer server;
  RawConnection client(server.running.port);
  client.send("GET /hello HTTP/1.1\r\nHo");
  REQUIRE(wait_until([&] { return server.running.connections() == 1; }));
  client.send("st: h\r\nX: ");
  // The head is unfinished, so the connection stays; how much of it has been read does not matter.
  RawConnection busy(server.running.port);
  busy.send(std::string(kWait) + std::string(kHello));
  REQUIRE(wait_until([&] { return server.inside() == 1; }));
  server.stop();
  client.send("y\r\n\r\n");
  CHECK_THAT(client.read_to_end(), EndsWith("hello"));
  server.open_gate();
  CHECK_THAT(busy.read_to_end(), EndsWith("waited"));
}

TEST_CASE("close() answers nobody, ends the handlers, and frees the port") {
  CapturedLog log;
  std::uint16_t port = 0;
  {
    GatedServer server;
    port = server.running.port;
    RawConnection idle(port);
    RawConnection reading(port);
    reading.send("GET /hello HTTP/1.1\r\n");
    std::vector<RawConnection> busy;
    for (int i = 0; i < 5; ++i) {
      busy.emplace_back(port);
      busy.back().send(kWait);
    }
    REQUIRE(wait_until([&] { return server.inside() == 5 && server.running.connections() == 7; }));

    server.close();
    CHECK(idle.read_to_end().empty());
    CHECK(reading.read_to_end().empty());
    for (auto& client : busy) CHECK(client.read_to_end().empty());
    CHECK(wait_until([&] { return server.inside() == 0 && server.running.connections() == 0; }));
    CHECK(refuses(port));

    // The same object may listen again, and so may another one, while connections of the first linger in
    // TIME_WAIT.
    server.running.call([&] {
      server.running.server->listen("127.0.0.1:" + std::to_string(port));
      return 0;
    });
    RawConnection again(port);
    again.send(kHello);
    CHECK_THAT(again.read_response(), EndsWith("hello"));
    server.running.call([&] {
      server.running.server.reset();
      server.running.server = std::make_unique<web::Server>(server.running.io);
      server.running.server->route("GET", "/hello", hello);
      server.running.server->listen("127.0.0.1:" + std::to_string(port));
      return 0;
    });
    RawConnection other(port);
    other.send(kHello);
    CHECK_THAT(other.read_response(), EndsWith("hello"));
  }
  CHECK(refuses(port));
  CHECK(log.text().empty());
}

TEST_CASE("a handler may close its own server") {
  GatedServer server;
  RawConnection busy(server.running.port);
  busy.send(kWait);
  REQUIRE(wait_until([&] { return server.inside() == 1; }));
  CHECK(ask(server.running.port, "GET /die HTTP/1.1\r\nHost: h\r\n\r\n").empty());
  CHECK(busy.read_to_end().empty());
  CHECK(wait_until([&] { return server.running.connections() == 0; }));
}

TEST_CASE("a server is destroyed with requests in flight") {
  std::vector<RawConnection> clients;
  {
    GatedServer server;
    for (auto const request : {kWait, kHello, std::string_view("GET /hel"), std::string_view()}) {
      clients.emplace_back(server.running.port);
      clients.back().send(request);
    }
    REQUIRE(wait_until([&] { return server.inside() == 1 && server.running.connections() == 4; }));
    SECTION("while its io_context runs on") {}
    SECTION("after its io_context was halted") { server.running.halt(); }
  }
  for (auto& client : clients) {
    auto const received = client.read_to_end();
    CHECK((received.empty() || received.ends_with("hello")));
  }
}

TEST_CASE("connections come and go while the server closes, many times") {
  for (int round = 0; round < 30; ++round) {
    GatedServer server;
    std::vector<RawConnection> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back(server.running.port);
      clients.back().send(i % 2 ? kHello : kWait);
    }
    if (round % 3 == 0) server.stop();
    if (round % 3 == 1) server.close();
    if (round % 2 == 0) clients.clear();
  }
}
