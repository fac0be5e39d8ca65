// An agent that answers as the test says, and the A2A probe that asks it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "probers/a2a/a2a_probe.hpp"
#include "tests/probers/scripted_agent.hpp"

namespace fleet::testing {

/// An agent with a card, and what it answers to everything else.
struct AgentSite {
  asio::io_context io;
  ScriptedAgent agent{io};
  std::string card;
  ScriptedAgent::Answer answer;

  AgentSite();
  void offer(const std::string& version, const std::string& binding, const std::string& more = "");
  /// Without the net of attempt_once(), which a starved machine falls into: the probe ends by itself.
  probers::ProbeResult attempt(probers::A2aProbe& probe,
                               std::chrono::milliseconds timeout = std::chrono::seconds(5),
                               probers::Notes* notes = nullptr);
  std::shared_ptr<probers::A2aProbe> probe(probers::A2aOptions options = {}, std::string hostname = {});
  /// One attempt of a probe of its own.
  probers::ProbeResult ask(probers::A2aOptions options = {},
                           std::chrono::milliseconds timeout = std::chrono::seconds(5));
};

probers::A2aOptions with(probers::A2aOptions::Mode mode);

/// -1 if there is none.
double fact(const probers::ProbeResult& of, const probers::FactKind& kind);

/// "reason at step", "good".
std::string verdict(const probers::ProbeResult& of);

}  // namespace fleet::testing
