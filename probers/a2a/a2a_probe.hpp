// A2A probe: discovers an agent by its card, sends it a message, judges the answer.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/http/client.hpp"
#include "probers/a2a/a2a_messages.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

struct A2aOptions {
  std::string text = "ping";
  std::chrono::milliseconds discovery_interval{
      60'000};  ///< how long a card is good for; read anew after any failure
};

/// Asks one agent. The card is read as a client would: `/.well-known/agent-card.json` with `A2A-Version: 1.0`,
/// on 404
/// `/.well-known/agent.json`. ProbeResult::a2a_latency is the message's request alone, connection included,
/// discovery not.
class A2aProbe : public Probe {
 public:
  A2aProbe(std::shared_ptr<http::Client> client, http::Url base, A2aOptions options);
  awaitable<ProbeResult> attempt(Deadline deadline) override;

 private:
  /// Fills endpoint_, or says in `result` why not.
  awaitable<bool> discover(Deadline deadline, ProbeResult& result);
  awaitable<void> send(Deadline deadline, ProbeResult& result);

  std::shared_ptr<http::Client> client_;
  http::Url base_;
  A2aOptions options_;
  std::string sender_;  // begins every messageId, and is another after a restart
  std::optional<a2a::Endpoint> endpoint_;
  Deadline::Clock::time_point discovered_{};
  std::uint64_t sent_ = 0;
};

/// The verdict on an answer to a message; pure.
void judge(const a2a::AnswerReading& reading, int http_status, ProbeResult& result);

}  // namespace fleet::probers
