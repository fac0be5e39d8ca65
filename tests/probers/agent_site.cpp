#include "tests/probers/agent_site.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

namespace fleet::testing {

using probers::A2aOptions;
using probers::A2aProbe;
using probers::Attempt;
using probers::ProbeResult;

AgentSite::AgentSite() {
  offer("1.0", "JSONRPC");
  agent.answer = [this](const AgentRequest& request) {
    if (request.target.starts_with("/.well-known/agent-card.json")) return respond(200, card);
    return answer(request);
  };
}

void AgentSite::offer(const std::string& version, const std::string& binding, const std::string& more) {
  card = R"({"supportedInterfaces":[{"url":")" + agent.url() + R"(/a2a","protocolBinding":")" + binding +
         R"(","protocolVersion":")" + version + "\"" + more + "}]}";
}

ProbeResult AgentSite::attempt(A2aProbe& probe, std::chrono::milliseconds timeout, probers::Notes* notes) {
  ProbeResult result;
  auto const run = [](A2aProbe* one, Attempt with, ProbeResult* into,
                      asio::io_context* context) -> awaitable<void> {
    *into = co_await one->attempt(with);
    context->stop();
  };
  auto const begin = Deadline::Clock::now();
  Attempt const with{Deadline::at(begin + timeout), probers::TraceContext::make(), notes};
  asio::co_spawn(io, run(&probe, with, &result, &io), asio::detached);
  io.run();
  io.restart();
  result.duration = Deadline::Clock::now() - begin;
  result.trace = with.trace;
  return result;
}

std::shared_ptr<A2aProbe> AgentSite::probe(A2aOptions options, std::string hostname) {
  return std::make_shared<A2aProbe>(std::make_shared<http::Client>(), *http::Url::parse(agent.url()),
                                    std::make_shared<A2aOptions>(std::move(options)), std::move(hostname));
}

ProbeResult AgentSite::ask(A2aOptions options, std::chrono::milliseconds timeout) {
  return attempt(*probe(std::move(options)), timeout);
}

A2aOptions with(A2aOptions::Mode mode) {
  A2aOptions options;
  options.mode = mode;
  return options;
}

double fact(const ProbeResult& of, const probers::FactKind& kind) {
  auto const* const value = of.facts.find(kind);
  return value ? *value : -1;
}

std::string verdict(const ProbeResult& of) {
  INFO(of.detail);
  if (of.outcome == probers::Outcome::good) return "good";
  return std::string(to_string(of.reason)) + " at " + of.step;
}

}  // namespace fleet::testing
