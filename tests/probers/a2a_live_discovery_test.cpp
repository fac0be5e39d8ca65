// A2A probe, over real sockets: finding an agent by its card, and what goes with every request to it.
#include <catch2/catch.hpp>

#include "tests/probers/agent_answers.hpp"
#include "tests/probers/agent_site.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;
using Mode = A2aOptions::Mode;
using Then = AgentScript::Then;

TEST_CASE("discovery: cards good, old, moved, missing, useless") {
  AgentSite site;
  site.answer = [](const AgentRequest& request) {
    return respond(200, result(request, R"({"message":{"role":"ROLE_AGENT","parts":[]}})"));
  };
  auto const good = site.ask();
  CHECK(verdict(good) == "good");
  REQUIRE(good.a2a_latency);
  CHECK(*good.a2a_latency < good.duration);
  CHECK(fact(good, a2a::facts::protocol_info) == 1);
  CHECK(fact(good, a2a::facts::http_status_code) == 200);
  CHECK(site.agent.requests.at(0).headers.at("a2a-version") == "1.0");
  CHECK(site.agent.requests.at(0).headers.at("traceparent") == good.trace.traceparent());
  CHECK(site.agent.requests.at(1).headers.at("a2a-version") == "1.0");
  CHECK(site.agent.requests.at(1).target == "/a2a");
  CHECK(site.agent.requests.at(1).headers.at("content-type") == "application/json");

  site.card = R"({"url":")" + site.agent.url() + R"(","preferredTransport":"GRPC","protocolVersion":"0.3.0"})";
  CHECK(verdict(site.ask()) == "a2a_version at card");
  CHECK(site.ask().detail.starts_with("the card offers GRPC 0.3.0; spoken here: JSONRPC"));
  site.card = "<html>";
  CHECK(verdict(site.ask()) == "a2a_card at card");
  site.offer("1.0", "JSONRPC");
  auto options = with(Mode::card);
  options.wanted.version = a2a::Version::v0_3;
  CHECK(verdict(site.ask(options)) == "a2a_version at card");
  CHECK_FALSE(site.agent.requests.back().headers.contains("a2a-version"));
}

TEST_CASE("discovery: what the card's server answers") {
  AgentSite site;
  AgentScript card = respond(404, "");
  site.agent.answer = [&](const AgentRequest& request) {
    if (request.target == "/moved.json" || request.target == "/agents/x/card.json")
      return respond(200, site.card);
    return card;
  };
  CHECK(verdict(site.ask(with(Mode::card))) == "a2a_card at card");
  CHECK(site.agent.requests.size() == 2);
  CHECK(site.agent.requests.back().target == "/.well-known/agent.json");
  card = respond(503, "<html>", "text/html");
  CHECK(verdict(site.ask(with(Mode::card))) == "status at card");
  card = respond(401, "");
  CHECK(verdict(site.ask(with(Mode::card))) == "unauthorized at card");
  card = respond(302, "", "text/plain", "Location: /moved.json\r\n");
  CHECK(verdict(site.ask(with(Mode::card))) == "good");
  card = respond(302, "", "text/plain", "Location: /loop\r\n");
  CHECK(verdict(site.ask(with(Mode::card))) == "redirect at card");
  card = respond(302, "", "text/plain", "Location: ftp://h/\r\n");
  CHECK(verdict(site.ask(with(Mode::card))) == "redirect at card");
  card.pieces = {"HTTP/1.1 200 OK\r\nContent-Le"};
  card.then = Then::reset;
  CHECK(verdict(site.ask(with(Mode::card))) == "reset at card");
  card.then = Then::hang;
  CHECK(verdict(site.ask(with(Mode::card), 100ms)) == "timeout at card");
  card = respond(404, "");
  auto options = with(Mode::card);
  options.card_url = "/agents/x/card.json";
  CHECK(verdict(site.ask(options)) == "good");
  options.card_url = site.agent.url() + "/elsewhere.json";
  site.agent.requests.clear();
  CHECK(verdict(site.ask(options)) == "a2a_card at card");
  CHECK(site.agent.requests.size() == 1);
}

TEST_CASE("discovery: a card is kept for its interval and read anew after a failure") {
  AgentSite site;
  bool well = true;
  site.answer = [&](const AgentRequest& request) {
    return well ? respond(200, result(request, R"({"message":{}})")) : respond(503, "");
  };
  auto const probe = site.probe();
  auto const asked = [&] {
    site.agent.requests.clear();
    auto const outcome = site.attempt(*probe).outcome;
    return std::pair(outcome, site.agent.requests.size());
  };
  CHECK(asked() == std::pair(Outcome::good, std::size_t(2)));
  CHECK(asked() == std::pair(Outcome::good, std::size_t(1)));
  well = false;
  CHECK(asked() == std::pair(Outcome::bad, std::size_t(1)));
  well = true;
  CHECK(asked() == std::pair(Outcome::good, std::size_t(2)));
}

TEST_CASE("headers, host name, and an explanation without secrets") {
  AgentSite site;
  site.answer = [](const AgentRequest& request) { return respond(200, result(request, R"({"message":{}})")); };
  A2aOptions options;
  options.headers.all.emplace_back("Authorization", config::Secret("Bearer s3cret"));
  options.headers.all.emplace_back("Accept", config::Secret("text/plain"));
  options.card_url = "/.well-known/agent-card.json?token=s3cret";
  Notes notes;
  auto const probe = site.probe(options, "agent.example");
  CHECK(verdict(site.attempt(*probe, 5s, &notes)) == "good");
  REQUIRE(site.agent.requests.size() == 2);
  for (auto const& request : site.agent.requests) {
    CHECK(request.headers.at("authorization") == "Bearer s3cret");
    CHECK(request.headers.at("accept") == "text/plain");
    CHECK(request.headers.at("host") == "agent.example");
  }
  CHECK(notes.lines().size() >= 4);
  for (auto const& [when, line] : notes.lines()) CHECK(line.find("s3cret") == std::string::npos);
}

TEST_CASE("headers do not follow a card's redirect to another host") {
  AgentSite site;
  ScriptedAgent other(site.io);
  other.answer = [&](const AgentRequest&) { return respond(200, site.card); };
  site.agent.answer = [&](const AgentRequest& request) {
    if (request.method == "POST") return respond(200, result(request, R"({"message":{}})"));
    return respond(302, "", "text/plain", "Location: " + other.url() + "/card\r\n");
  };
  A2aOptions options;
  options.headers.all.emplace_back("Authorization", config::Secret("Bearer s3cret"));
  CHECK(verdict(site.ask(options)) == "good");
  REQUIRE(other.requests.size() == 1);
  CHECK_FALSE(other.requests[0].headers.contains("authorization"));
  REQUIRE(site.agent.requests.size() == 2);
  for (auto const& request : site.agent.requests) CHECK(request.headers.contains("authorization"));
}

TEST_CASE("nobody listens") {
  AgentSite site;
  auto const gone = [&] {
    asio::ip::tcp::acceptor free(site.io, {asio::ip::address_v4::loopback(), 0});
    return "http://127.0.0.1:" + std::to_string(free.local_endpoint().port());
  }();
  A2aProbe probe(std::make_shared<http::Client>(), *http::Url::parse(gone), std::make_shared<A2aOptions>());
  CHECK(verdict(site.attempt(probe)) == "refused at card");
  site.card = R"({"url":")" + gone + R"(","protocolVersion":"0.3.0"})";
  CHECK(verdict(site.ask()) == "refused at send");
}
