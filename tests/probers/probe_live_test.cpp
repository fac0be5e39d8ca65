// Probes against a real HTTP server on loopback.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "core/web/server.hpp"
#include "probers/a2a/a2a_probe.hpp"
#include "probers/http/http_probe.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

struct Site {
  asio::io_context io;
  web::Server server{io};
  std::string base;

  void page(std::string path, int status, std::string body, std::string location = {}) {
    web::Response response;
    response.status = status;
    response.body = std::move(body);
    if (!location.empty()) response.headers.emplace_back("Location", std::move(location));
    auto handler = [](web::Response answer) -> awaitable<web::Response> { co_return answer; };
    for (auto const* method : {"GET", "POST"}) {
      server.route(method, path, [handler, response](const web::Request&) { return handler(response); });
    }
  }
  void open() {
    server.listen("127.0.0.1:0");
    base = "http://" + server.addresses().at(0);
  }
  ProbeResult attempt(Probe& probe, std::chrono::milliseconds timeout = 5s) {
    ProbeResult result;
    auto const run = [](Probe* one, Deadline deadline, ProbeResult* into,
                        asio::io_context* context) -> awaitable<void> {
      *into = co_await attempt_once(*one, deadline);
      context->stop();
    };
    asio::co_spawn(io, run(&probe, Deadline::after(timeout), &result, &io), asio::detached);
    io.run();
    io.restart();
    return result;
  }
  ProbeResult get(const std::string& path, HttpOptions options = {}) {
    HttpProbe probe(std::make_shared<http::Client>(), *http::Url::parse(base + path), std::move(options));
    return attempt(probe);
  }
  ProbeResult ask_agent() {
    A2aProbe probe(std::make_shared<http::Client>(), *http::Url::parse(base), {});
    return attempt(probe);
  }
};

}  // namespace

TEST_CASE("HTTP probe: good, bad status, body, redirects") {
  Site site;
  site.page("/ok", 200, "LegalLLM");
  site.page("/broken", 503, "");
  site.page("/to-ok", 302, "", "/ok");
  site.page("/loop", 302, "", "/loop");
  site.page("/nowhere", 302, "");
  site.open();

  auto const good = site.get("/ok");
  CHECK(good.outcome == Outcome::good);
  CHECK(good.http_status == 200);
  CHECK(good.phases.size() == 5);
  CHECK(good.duration > 0ns);
  CHECK(site.get("/broken").reason == Reason::status);
  CHECK(site.get("/to-ok").outcome == Outcome::good);
  CHECK(site.get("/loop").reason == Reason::redirect);
  CHECK(site.get("/nowhere").reason == Reason::redirect);
  HttpOptions stay;
  stay.follow_redirects = false;
  stay.valid_status_codes = {302};
  CHECK(site.get("/loop", stay).outcome == Outcome::good);
}

TEST_CASE("HTTP probe: nobody listens, nobody answers") {
  Site site;
  site.open();
  auto const port_gone = site.base;
  site.server.close();
  HttpProbe refused(std::make_shared<http::Client>(), *http::Url::parse(port_gone + "/"), {});
  auto const result = site.attempt(refused);
  CHECK(result.outcome == Outcome::bad);
  CHECK(result.reason == Reason::refused);
  CHECK(result.step == "connect");

  asio::ip::tcp::acceptor silent(site.io, {asio::ip::address_v4::loopback(), 0});
  HttpProbe hung(std::make_shared<http::Client>(),
                 *http::Url::parse("http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/"),
                 {});
  auto const begin = Deadline::Clock::now();
  auto const timeout = site.attempt(hung, 100ms);
  CHECK(timeout.reason == Reason::timeout);
  CHECK(timeout.outcome == Outcome::bad);
  CHECK(Deadline::Clock::now() - begin >= 100ms);
}

TEST_CASE("A2A probe: discovery, answer, and what can go wrong") {
  Site site;
  std::string const answer =
      R"({"jsonrpc":"2.0","id":"1","result":{"task":{"status":{"state":"TASK_STATE_COMPLETED"}}}})";
  site.page("/good", 200, answer);
  site.page("/failed", 200, R"({"id":"1","result":{"task":{"status":{"state":"TASK_STATE_FAILED"}}}})");
  site.page("/error", 500, R"({"id":"1","error":{"code":-32603}})");
  site.page("/html", 502, "<html>");
  std::string card, rpc = "/good";
  auto const serve_card = [](std::string body) -> awaitable<web::Response> {
    web::Response response;
    response.body = std::move(body);
    co_return response;
  };
  site.server.route("GET", "/.well-known/agent-card.json",
                    [&](const web::Request&) { return serve_card(card); });
  site.open();
  auto const with = [&](const std::string& path) {
    card = R"({"supportedInterfaces":[{"url":")" + site.base + path +
           R"(","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]})";
    return site.ask_agent();
  };
  auto const good = with("/good");
  CHECK(good.outcome == Outcome::good);
  REQUIRE(good.a2a_latency);
  CHECK(*good.a2a_latency < good.duration);
  CHECK(with("/failed").reason == Reason::a2a_state);
  CHECK_FALSE(with("/failed").a2a_latency);
  CHECK(with("/error").reason == Reason::a2a_error);
  CHECK(with("/html").reason == Reason::status);
  CHECK(with("/missing").reason == Reason::status);
  card = R"({"url":"http://h","protocolVersion":"3.0"})";
  CHECK(site.ask_agent().reason == Reason::a2a_version);
  card = "oops";
  CHECK(site.ask_agent().reason == Reason::a2a_card);
}

TEST_CASE("A2A probe: a 0.2 agent has its card at agent.json") {
  Site site;
  site.open();
  site.page("/rpc", 200, R"({"id":"1","result":{"kind":"message"}})");
  site.page("/.well-known/agent.json", 200, R"({"url":")" + site.base + R"(/rpc","protocolVersion":"0.2.5"})");
  CHECK(site.ask_agent().outcome == Outcome::good);
}

TEST_CASE("A2A probe: no agent sees a messageId twice, not from a prober that was restarted either") {
  Site site;
  std::vector<std::string> bodies;
  auto const answer = [](std::vector<std::string>* seen, std::string body) -> awaitable<web::Response> {
    seen->push_back(std::move(body));
    web::Response response;
    response.body = R"({"id":"1","result":{"kind":"message"}})";
    co_return response;
  };
  site.server.route("POST", "/rpc", [&](const web::Request& request) { return answer(&bodies, request.body); });
  site.open();
  site.page("/.well-known/agent.json", 200, R"({"url":")" + site.base + R"(/rpc","protocolVersion":"0.2.5"})");
  CHECK(site.ask_agent().outcome == Outcome::good);
  CHECK(site.ask_agent().outcome == Outcome::good);
  REQUIRE(bodies.size() == 2);
  CHECK(bodies[0].find("slo-prober-") != std::string::npos);
  CHECK(bodies[0] != bodies[1]);
}
