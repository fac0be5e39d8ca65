// A2A probe: discovers an agent by its card, asks it as far as its mode goes, judges what it answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/http/client.hpp"
#include "probers/a2a/agent_card.hpp"
#include "probers/a2a/request_headers.hpp"
#include "probers/a2a/verdict.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

struct A2aOptions {
  /// How much of the agent is tried, from cheap to dear.
  enum class Mode : std::uint8_t {
    card,    ///< read the card, every time
    task,    ///< ask for a task that never was; the agent must say so: routing and task store, no model call
    send,    ///< send a message and read the answer
    stream,  ///< send a message and read the stream of events to the task's end
  };
  Mode mode = Mode::send;
  std::string text = "ping";
  /// Absolute, or a reference against the target; empty: well-known places below the target.
  std::string card_url;
  a2a::Wanted wanted;
  bool blocking = true;  ///< send: the agent is asked to answer when the task has ended
  /// send: an answer with a task that is under way is followed up with GetTask until the task ends, as it is
  /// where something is expected of the reply. Else such an answer is good.
  bool until_completed = false;
  std::chrono::milliseconds poll_interval{1000};
  a2a::ReplyExpectations reply;
  a2a::RequestHeaders
      headers;  ///< for the card and the interface that it names, not for other hosts' redirects
  std::size_t body_size_limit = 4 * 1024 * 1024;  ///< of an answer, a card, one event of a stream
  /// How long a card is good for; it is read anew after any failure.
  std::chrono::milliseconds discovery_interval{60'000};
};

/// Asks one agent. Step is "card", "task", "send", "poll" or "stream"; the phases are those of all requests
/// together. The card is read as a client would: `/.well-known/agent-card.json` below the target's path with
/// `A2A-Version: 1.0`, on 404 `/.well-known/agent.json`, redirects followed; a target that ends in `.json` is
/// the card itself. ProbeResult::a2a_latency is set when a message was answered well: the time of its request,
/// connection included, discovery and polls not; of a stream, the time to its first event. One connection a
/// request.
class A2aProbe : public Probe {
 public:
  /// `hostname`, if not empty, stands for the target's own in the Host header and as the TLS server name.
  A2aProbe(std::shared_ptr<http::Client> client, http::Url target, std::shared_ptr<const A2aOptions> options,
           std::string hostname = {});
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  struct Run;
  /// Fills the run's endpoint, or says in its result why not.
  awaitable<void> discover(Run& run);
  awaitable<http::Response> fetch_card(Run& run, http::Url url);
  awaitable<void> ask_unknown_task(Run& run);
  awaitable<void> send(Run& run);
  awaitable<void> poll(Run& run, std::string task_id);
  awaitable<void> stream(Run& run);
  awaitable<http::Response> exchange(Run& run, http::Request request);
  bool is_target(const http::Url& url) const;

  std::shared_ptr<http::Client> client_;
  http::Url target_;
  std::shared_ptr<const A2aOptions> options_;
  std::string hostname_;
  std::optional<a2a::Endpoint> endpoint_;
  Deadline::Clock::time_point discovered_{};
  std::uint64_t requests_ = 0;
};

}  // namespace fleet::probers
