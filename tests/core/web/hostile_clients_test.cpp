// Malformed, oversized and slow requests, and handlers that fail.
#include <catch2/catch.hpp>

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

awaitable<web::Response> throwing(const web::Request& request) {
  if (request.parameter("what") == "number") throw 42;
  throw std::runtime_error("password=hunter2");
  co_return web::Response{};
}

awaitable<web::Response> splitting(const web::Request& request) {
  web::Response response;
  response.headers = {{"X-Echo", std::string(request.parameter("echo"))}};
  co_return response;
}

awaitable<web::Response> impossible(const web::Request&) {
  web::Response response;
  response.status = 42;
  co_return response;
}

awaitable<web::Response> huge(const web::Request&) {
  web::Response response;
  response.body.assign(64 * 1024 * 1024, 'x');
  co_return response;
}

void routes(web::Server& server) {
  server.route("GET", "/hello", hello);
  server.route("POST", "/hello", hello);
  server.route("GET", "/throw", throwing);
  server.route("GET", "/split", splitting);
  server.route("GET", "/impossible", impossible);
  server.route("GET", "/huge", huge);
}

web::Limits small_limits() {
  web::Limits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 1000;
  return limits;
}

void check_alive(RunningServer& server) {
  CHECK_THAT(ask(server.port, "GET /hello HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 200 OK\r\n"));
}

}  // namespace

TEST_CASE("requests that are not HTTP are refused and the connection closed") {
  RunningServer server(routes);
  std::string const request =
      GENERATE(as<std::string>(),  //
               "GARBAGE\r\n\r\n",  //
               "\x16\x03\x01\x02\x01\x01\xfc\x03\x03 a TLS client hello\r\n\r\n", "GET /hello\r\n\r\n",
               "GET /hello HTTP/2.0\r\nHost: h\r\n\r\n",                         //
               "GET /hello HTTP/1.1\r\nHost h\r\n\r\n",                          //
               "GET /hello HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n",          //
               "GET /hello HTTP/1.1\r\n\r\n",                                    // no Host
               "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",              //
               "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",  //
               "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
               "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
               "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
               "POST /hello HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
  INFO(request);
  auto const response = ask(server.port, request + "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK_THAT(response, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  CHECK_THAT(response, Contains("Connection: close\r\n"));
  CHECK(response.find("200 OK") == response.npos);
  check_alive(server);
}

TEST_CASE("a transfer coding that nobody undoes is 501") {
  RunningServer server(routes);
  auto const response = ask(server.port,
                            "POST /hello HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"
                            "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK_THAT(response, StartsWith("HTTP/1.1 501 "));
  CHECK(response.find("200 OK") == response.npos);
}

TEST_CASE("a head above the limit is 431") {
  RunningServer server(routes, small_limits());
  auto const padding = [](std::size_t size) {
    return "GET /hello HTTP/1.1\r\nHost: h\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
  };
  RawConnection client(server.port);
  client.send(padding(900));
  CHECK_THAT(client.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(ask(server.port, padding(1100)), StartsWith("HTTP/1.1 431 "));
  CHECK_THAT(ask(server.port, padding(100'000)), StartsWith("HTTP/1.1 431 "));
  CHECK_THAT(ask(server.port, "GET /" + std::string(100'000, 'x')), StartsWith("HTTP/1.1 431 "));
  CHECK_THAT(ask(server.port, std::string(100'000, 'X')), StartsWith("HTTP/1.1 4"));
}

TEST_CASE("a body above the limit is 413, and the client gets to read it") {
  RunningServer server(routes, small_limits());
  std::string const head = "POST /hello HTTP/1.1\r\nHost: h\r\n";
  RawConnection client(server.port);
  client.send(head + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  CHECK_THAT(client.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(ask(server.port, head + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'x')),
             StartsWith("HTTP/1.1 413 "));
  CHECK_THAT(ask(server.port, head + "Content-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x')),
             StartsWith("HTTP/1.1 413 "));
  CHECK_THAT(ask(server.port, head + "Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n"),
             StartsWith("HTTP/1.1 413 "));
  std::string chunks;
  for (int i = 0; i < 20; ++i) chunks += "64\r\n" + std::string(100, 'x') + "\r\n";
  CHECK_THAT(ask(server.port, head + "Transfer-Encoding: chunked\r\n\r\n" + chunks),
             StartsWith("HTTP/1.1 413 "));
}

TEST_CASE("who serves may say himself why a request is refused") {
  auto const own_words = [](web::Server& server) {
    routes(server);
    server.on_refusal([](int status, const web::Request& head) {
      web::Response response;
      response.status = status;
      response.content_type = "application/json";
      response.body = "{\"path\":\"" + head.path + "\",\"type\":\"" + std::string(head.header("content-type")) +
                      "\",\"bytes\":" + std::to_string(head.body.size()) + "}";
      return response;
    });
  };
  RunningServer server(own_words, small_limits());
  auto const large =
      ask(server.port, "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Length: 1001\r\n\r\n" +
                           std::string(1001, 'x'));
  CHECK_THAT(large, StartsWith("HTTP/1.1 413 "));
  CHECK(large.find("Content-Type: application/json\r\n") != large.npos);
  CHECK(large.ends_with(R"({"path":"/hello","type":"a/b","bytes":0})"));
  auto const nonsense = ask(server.port, "nonsense\r\n\r\n");
  CHECK_THAT(nonsense, StartsWith("HTTP/1.1 400 "));
  CHECK(nonsense.find(R"("type":"")") != nonsense.npos);
}

TEST_CASE("limits may change while the server runs") {
  RunningServer server(routes, small_limits());
  std::string const request =
      "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x');
  CHECK_THAT(ask(server.port, request), StartsWith("HTTP/1.1 413 "));
  server.call([&server] {
    auto limits = small_limits();
    limits.body_bytes = 1001;
    server.server->set_limits(limits);
    return 0;
  });
  RawConnection client(server.port);
  client.send(request);
  CHECK_THAT(client.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a failing handler is a 500 without detail and one log line") {
  CapturedLog log;
  RunningServer server(routes);
  RawConnection client(server.port);
  for (std::string const what : {"exception", "number"}) {
    client.send("GET /throw?what=" + what + " HTTP/1.1\r\nHost: h\r\n\r\n");
    auto const response = client.read_response();
    CHECK_THAT(response, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
    CHECK(response.find("hunter2") == response.npos);
  }
  auto const lines = log.text();
  CHECK_THAT(lines, Contains("request handler failed") && Contains("/throw") && Contains("unknown exception"));
  client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK_THAT(client.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a response that cannot be sent becomes a 500") {
  CapturedLog log;
  RunningServer server(routes);
  auto const split = ask(server.port, "GET /split?echo=a%0d%0aSet-Cookie:+b HTTP/1.0\r\n\r\n");
  CHECK_THAT(split, StartsWith("HTTP/1.0 500 "));
  CHECK(split.find("Set-Cookie") == split.npos);
  CHECK_THAT(ask(server.port, "GET /split?echo=a HTTP/1.0\r\n\r\n"), Contains("X-Echo: a\r\n"));
  CHECK_THAT(ask(server.port, "GET /impossible HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 500 "));
  CHECK_THAT(log.text(), Contains("response cannot be sent"));
}

TEST_CASE("clients that are too slow are cut off") {
  web::Limits limits;
  limits.head_timeout = limits.idle_timeout = limits.body_timeout = 1h;
  std::string sent;
  SECTION("before the first request") { limits.head_timeout = 100ms; }
  SECTION("within a head") {
    limits.head_timeout = 100ms;
    sent = "GET /hello HTTP/1.1\r\nHost:";
  }
  SECTION("within a body") {
    limits.body_timeout = 100ms;
    sent = "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc";
  }
  SECTION("between requests") {
    limits.idle_timeout = 100ms;
    sent = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  RunningServer server(routes, limits);
  RawConnection client(server.port);
  client.send(sent);
  auto const begun = std::chrono::steady_clock::now();
  auto const received = client.read_to_end();
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
  CHECK(received.empty() == (sent.find("GET /hello HTTP/1.1\r\nHost: h") == sent.npos));
  CHECK(wait_until([&] { return server.connections() == 0; }));
}

TEST_CASE("a head timeout counts from its beginning, however steadily bytes drip") {
  web::Limits limits;
  limits.head_timeout = 150ms;
  RunningServer server(routes, limits);
  RawConnection client(server.port);
  std::string const head = "lo HTTP/1.1\r\nHost: h\r\nX: " + std::string(5000, 'x');
  std::size_t next = 0;
  client.send("GET /hel");
  REQUIRE(wait_until([&] { return server.connections() == 1; }));
  // One byte each 10 ms would take 50 s.
  CHECK(
      wait_until([&] { return !client.send(std::string(1, head[next++])) || server.connections() == 0; }, 5s));
}

TEST_CASE("a client that does not read its response is cut off, and others are served meanwhile") {
  web::Limits limits;
  limits.write_timeout = 200ms;
  RunningServer server(routes, limits);
  RawConnection client(server.port);
  client.send("GET /huge HTTP/1.1\r\nHost: h\r\n\r\n");
  REQUIRE(wait_until([&] { return server.connections() == 1; }));
  check_alive(server);
  CHECK(wait_until([&] { return server.connections() == 0; }, 5s));
}

TEST_CASE("a client that leaves at any point leaves nothing behind") {
  RunningServer server(routes);
  std::string const request = "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde";
  for (std::size_t length = 0; length <= request.size(); length += 5) {
    RawConnection client(server.port);
    client.send(request.substr(0, length));
  }
  check_alive(server);  // accepted after all of them
  CHECK(wait_until([&] { return server.connections() == 0; }));
}
