// The client against this project's own server.
#include "core/http/client.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "core/web/server.hpp"
#include "tests/core/http/sending.hpp"
#include "tests/core/web/running_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

awaitable<web::Response> echo(const web::Request& request) {
  web::Response response;
  for (auto const& [name, value] : request.headers) response.body += name + ": " + value + "\n";
  response.body +=
      request.method + " " + request.path + "?" + std::string(request.parameter("q")) + "\n" + request.body;
  response.headers = {{"X-Two", "1"}, {"X-Two", "2"}};
  co_return response;
}

awaitable<web::Response> slow(const web::Request&) {
  asio::steady_timer timer(co_await asio::this_coro::executor, 100ms);
  co_await timer.async_wait(asio::use_awaitable);
  co_return web::Response{};
}

awaitable<web::Response> redirect(const web::Request&) {
  web::Response response;
  response.status = 302;
  response.headers = {{"Location", "/elsewhere"}};
  co_return response;
}

awaitable<web::Response> nothing(const web::Request&) {
  web::Response response;
  response.status = 204;
  co_return response;
}

awaitable<web::Response> big(const web::Request&) {
  web::Response response;
  response.body.assign(3'000'000, 'x');
  co_return response;
}

void routes(web::Server& server) {
  server.route("GET", "/echo", echo);
  server.route("POST", "/echo", echo);
  server.route("GET", "/slow", slow);
  server.route("GET", "/redirect", redirect);
  server.route("GET", "/nothing", nothing);
  server.route("GET", "/big", big);
}

}  // namespace

TEST_CASE("a request gets its response and the time of each phase") {
  RunningServer server(routes);
  auto const begun = Deadline::Clock::now();
  auto const response = send(request_to(server.port, "/slow"));
  auto const wall = Deadline::Clock::now() - begun;
  CHECK(response.status == 200);
  CHECK(response.phases.connect > 0ns);
  CHECK(response.phases.tls == 0ns);
  CHECK(response.phases.processing >= 100ms);
  CHECK(response.phases.transfer > 0ns);
  CHECK(response.phases.total() <= wall);
  CHECK(response.phases.total() >= 100ms);
  CHECK_FALSE(response.earliest_certificate_expiry);
}

TEST_CASE("what the client sends") {
  RunningServer server(routes);
  auto const port = std::to_string(server.port);
  SECTION("by itself") {
    auto const response = send(request_to(server.port, "/echo?q=a%20b"));
    CHECK(response.body ==
          "Host: 127.0.0.1:" + port + "\nUser-Agent: legalllm-fleet\nConnection: close\nGET /echo?a b\n");
    CHECK(response.header("x-two") == "1");
    CHECK(response.header("X-Three").empty());
    CHECK(std::ranges::count(response.headers, "X-Two", &std::pair<std::string, std::string>::first) == 2);
  }
  SECTION("with a body and headers of the caller's") {
    auto request = request_to(server.port, "/echo");
    request.method = "POST";
    request.headers = {
        {"host", "other"}, {"USER-AGENT", "mine"}, {"A2A-Version", "1.0"}, {"A2A-Version", "0.3"}};
    request.body = "{\"a\":1}";
    auto const body = send(request).body;
    CHECK(body ==
          "Connection: close\nContent-Length: 7\nhost: other\nUSER-AGENT: mine\nA2A-Version: 1.0\nA2A-Version: "
          "0.3\n"
          "POST /echo?\n{\"a\":1}");
  }
  SECTION("an empty body has a length") {
    auto request = request_to(server.port, "/echo");
    request.method = "POST";
    CHECK(send(request).body.find("Content-Length: 0\n") != std::string::npos);
  }
}

TEST_CASE("responses of every kind") {
  RunningServer server(routes);
  CHECK(send(request_to(server.port, "/big")).body == std::string(3'000'000, 'x'));
  CHECK(send(request_to(server.port, "/nothing")).status == 204);
  CHECK(send(request_to(server.port, "/unknown")).status == 404);
  auto const redirected = send(request_to(server.port, "/redirect"));
  CHECK(redirected.status == 302);
  CHECK(redirected.header("location") == "/elsewhere");
  auto head = request_to(server.port, "/big");
  head.method = "HEAD";
  auto const response = send(head);
  CHECK(response.status == 200);
  CHECK(response.header("Content-Length") == "3000000");
  CHECK(response.body.empty());
}

TEST_CASE("the body as it arrives, and no more than is wanted") {
  RunningServer server(routes);
  auto request = request_to(server.port, "/big");
  request.max_body_bytes = 10;  // does not count for who takes it himself
  int heads = 0;
  std::size_t taken = 0;
  request.on_head = [&](const http::Response& head) { heads += head.status == 200 && head.body.empty(); };
  SECTION("all") {
    request.on_body = [&](std::string_view bytes) { return taken += bytes.size(), heads == 1; };
    auto const response = send(request);
    CHECK(response.body.empty());
    CHECK(response.body_bytes == 3'000'000);
    CHECK(response.content_length == 3'000'000);
    CHECK(response.version == "1.1");
    CHECK(taken == 3'000'000);
  }
  SECTION("enough") {
    request.on_body = [&](std::string_view bytes) { return (taken += bytes.size()) < 100'000; };
    CHECK(send(request).status == 200);
    CHECK(taken >= 100'000);
    CHECK(taken < 3'000'000);
  }
  CHECK(heads == 1);
}

TEST_CASE("whom a request reached") {
  RunningServer server(routes);
  auto const response = send(request_to(server.port, "/nothing"));
  REQUIRE(response.peer.address);
  CHECK(response.peer.address->to_string() == "127.0.0.1");
  CHECK_FALSE(response.peer.tls);
}

TEST_CASE("a body above the caller's limit is too_large") {
  RunningServer server(routes);
  auto request = request_to(server.port, "/big");
  request.max_body_bytes = 2'999'999;
  CHECK(outcome(failure_of(request)) == "transfer too_large");
  request.max_body_bytes = 3'000'000;
  CHECK(send(request).body.size() == 3'000'000);
}

TEST_CASE("requests that would write lines of their own are refused") {
  RunningServer server(routes);
  auto request = request_to(server.port, "/echo");
  SECTION("in a value") { request.headers = {{"X-A", "b\r\nX-C: d"}}; }
  SECTION("in a name") { request.headers = {{"X-A: b\r\nX-C", "d"}}; }
  SECTION("in the method") { request.method = "GET /x HTTP/1.1\r\nX-C: d\r\n\r\nGET"; }
  SECTION("in the target") { request.url.target = "/x HTTP/1.1\r\nX-C: d\r\n\r\n"; }
  CHECK(outcome(failure_of(request)) == "send protocol");
}

TEST_CASE("many requests at once on one client") {
  RunningServer server(routes);
  asio::io_context io;
  http::Client client;
  int good = 0;
  for (int i = 0; i < 50; ++i)
    asio::co_spawn(io, client.send(request_to(server.port, "/slow"), Deadline::after(10s)),
                   [&](std::exception_ptr failure, http::Response response) {
                     good += !failure && response.status == 200;
                   });
  io.run();
  CHECK(good == 50);
}

TEST_CASE("the words of steps and kinds") {
  using enum http::Step;
  for (auto const& [step, word] : {std::pair{resolve, "resolve"},
                                   {connect, "connect"},
                                   {tls, "tls"},
                                   {http::Step::send, "send"},
                                   {processing, "processing"},
                                   {transfer, "transfer"}})
    CHECK(to_string(step) == word);
}
