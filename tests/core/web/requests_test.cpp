// What well-behaved clients may ask for.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "core/web/server.hpp"
#include "tests/core/web/raw_connection.hpp"
#include "tests/core/web/running_server.hpp"

using namespace fleet;
using namespace fleet::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

awaitable<web::Response> hello(const web::Request&) {
  web::Response response;
  response.body = "hello\n";
  co_return response;
}

awaitable<web::Response> echo(const web::Request& request) {
  web::Response response;
  response.status = 201;
  response.content_type = "application/json";
  response.headers = {{"X-Method", request.method}, {"X-Given", std::string(request.header("x-given"))}};
  response.body = request.path + "|" + std::string(request.parameter("q", "none")) + "|" + request.body;
  co_return response;
}

awaitable<web::Response> slow(const web::Request&) {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(50));
  co_await timer.async_wait(asio::use_awaitable);
  web::Response response;
  response.body = "slow";
  co_return response;
}

awaitable<web::Response> nothing(const web::Request&) {
  web::Response response;
  response.status = 204;
  co_return response;
}

awaitable<web::Response> big(const web::Request&) {
  web::Response response;
  response.body.assign(8 * 1024 * 1024, 'x');
  co_return response;
}

void routes(web::Server& server) {
  server.route("GET", "/hello", hello);
  server.route("GET", "/echo", echo);
  server.route("POST", "/echo", echo);
  server.route("GET", "/slow", slow);
  server.route("GET", "/nothing", nothing);
  server.route("GET", "/big", big);
}

}  // namespace

TEST_CASE("a connection serves one request after another") {
  RunningServer server(routes);
  RawConnection client(server.port);
  for (int i = 0; i < 3; ++i) {
    client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    auto const response = client.read_response();
    CHECK_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
    CHECK_THAT(response, Contains("Content-Type: text/plain; charset=utf-8\r\n"));
    CHECK_THAT(response, Contains("Content-Length: 6\r\n"));
    CHECK_THAT(response, Contains("\r\nDate: "));
    CHECK_THAT(response, Contains(" GMT\r\n"));
    CHECK_THAT(response, !Contains("Connection: close"));
    CHECK(body_of(response) == "hello\n");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("handlers see method, path, query, headers and body") {
  RunningServer server(routes);
  RawConnection client(server.port);
  client.send("POST /echo?q=a+b%26 HTTP/1.1\r\nHost: h\r\nX-Given: yes\r\nContent-Length: 4\r\n\r\nbody");
  auto const response = client.read_response();
  CHECK_THAT(response, StartsWith("HTTP/1.1 201 Created\r\n"));
  CHECK_THAT(response, Contains("Content-Type: application/json\r\n"));
  CHECK_THAT(response, Contains("X-Method: POST\r\n"));
  CHECK_THAT(response, Contains("X-Given: yes\r\n"));
  CHECK(body_of(response) == "/echo|a b&|body");
}

TEST_CASE("HEAD has the headers of GET and no body") {
  RunningServer server(routes);
  RawConnection client(server.port);
  client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  auto const response = client.read_response(true);
  CHECK_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(response, Contains("Content-Length: 6\r\n"));
  client.send("HEAD /unknown HTTP/1.1\r\nHost: h\r\n\r\nGET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK_THAT(client.read_response(true), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  CHECK_THAT(client.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a response without content has no length and keeps the connection in step") {
  RunningServer server(routes);
  RawConnection client(server.port);
  client.send("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\nGET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  auto const response = client.read_response();
  CHECK_THAT(response, StartsWith("HTTP/1.1 204 No Content\r\n"));
  CHECK_THAT(response, !Contains("Content-"));
  CHECK(body_of(client.read_response()) == "hello\n");
}

TEST_CASE("unknown paths, wrong methods and the fallback") {
  RunningServer server(routes);
  RawConnection client(server.port);
  client.send("GET /unknown HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK_THAT(client.read_response(), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  client.send("POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  auto const wrong_method = client.read_response();
  CHECK_THAT(wrong_method, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
  CHECK_THAT(wrong_method, Contains("Allow: GET, HEAD\r\n"));

  server.call([&] {
    server.server->fallback(echo);
    return 0;
  });
  client.send("BREW /unknown HTTP/1.1\r\nHost: h\r\n\r\n");
  auto const taken = client.read_response();
  CHECK_THAT(taken, Contains("X-Method: BREW\r\n"));
  CHECK(body_of(taken) == "/unknown|none|");
}

TEST_CASE("pipelined requests are answered in order") {
  RunningServer server(routes);
  RawConnection client(server.port);
  client.send(
      "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"
      "\r\n"  // an empty line before a request is ignored
      "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /echo?q=last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
      "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(body_of(client.read_response()) == "slow");
  CHECK(body_of(client.read_response()) == "/echo|none|one");
  CHECK(body_of(client.read_response()) == "hello\n");
  auto const rest = client.read_to_end();
  CHECK_THAT(rest, EndsWith("/echo|last|"));
  CHECK_THAT(rest, Contains("Connection: close\r\n"));
}

TEST_CASE("HTTP/1.0 closes unless asked to stay") {
  RunningServer server(routes);
  auto const once = ask(server.port, "GET /hello HTTP/1.0\r\n\r\n");
  CHECK_THAT(once, StartsWith("HTTP/1.0 200 OK\r\n"));
  CHECK_THAT(once, EndsWith("hello\n"));
  RawConnection client(server.port);
  for (int i = 0; i < 2; ++i) {
    client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK_THAT(client.read_response(), Contains("Connection: keep-alive\r\n"));
  }
}

TEST_CASE("bodies arrive chunked, after 100-continue, or a byte at a time") {
  RunningServer server(routes);
  RawConnection client(server.port);
  client.send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  CHECK(body_of(client.read_response()) == "/echo|none|abcde");

  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK_THAT(client.read_response(), StartsWith("HTTP/1.1 100 Continue\r\n"));
  client.send("ok");
  CHECK(body_of(client.read_response()) == "/echo|none|ok");

  for (char const c : std::string("POST /echo?q=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz"))
    client.send(std::string(1, c));
  CHECK(body_of(client.read_response()) == "/echo|1|xyz");
}

TEST_CASE("a large response arrives whole") {
  RunningServer server(routes);
  RawConnection client(server.port);
  client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(body_of(client.read_response()).size() == 8 * 1024 * 1024);
}

TEST_CASE("a client that has finished sending still gets its answer") {
  RunningServer server(routes);
  RawConnection client(server.port);
  client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  client.finish_sending();
  CHECK_THAT(client.read_to_end(), EndsWith("slow"));
}
