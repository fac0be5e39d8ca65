// What an agent answers to A2A requests: cards and JSON-RPC, text in, text out, no sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>

#include "demo/agent_roster.hpp"

namespace fleet::demo {

/// Which form of agent card was asked for.
enum class CardForm : std::uint8_t { v0_2, v0_3, v1_0 };

/// The card as JSON. 1.0 has `supportedInterfaces`, the older forms `url` and a top-level `protocolVersion`.
/// `url` is where the agent takes JSON-RPC. An agent that does not speak 1.0 answers its 0.3 card to everybody.
std::string agent_card(const AgentProfile& agent, CardForm form, const std::string& url);

/// The form for a request to /.well-known/agent-card.json with this `A2A-Version` header ("" if absent).
CardForm card_form(const AgentProfile& agent, std::string_view version_header);

/// The tasks that one agent remembers: the last `capacity`, all completed. Not thread-safe.
class TaskStore {
 public:
  struct Task {
    std::string id, context_id, text, finished_at;  ///< text: the artifact; finished_at: ISO 8601
  };
  explicit TaskStore(std::size_t capacity = 1000) : capacity_(capacity) {}
  const Task& remember(Task task);
  const Task* find(std::string_view id) const;
  std::size_t size() const { return tasks_.size(); }

 private:
  std::size_t capacity_;
  std::unordered_map<std::string, Task> tasks_;
  std::deque<std::string> order_;
};

/// One agent's answers. Ids of tasks come from the given seed. Not thread-safe.
class A2aAnswers {
 public:
  A2aAnswers(const AgentProfile& agent, std::uint64_t seed) : agent_(&agent), random_(seed) {}

  /// The JSON-RPC response to `request`, an error object among them (-32700 not JSON, -32600 no request, -32601
  /// unknown method, -32602 bad parameters, -32001 unknown task, -32002 task not cancelable, -32003 no push
  /// notifications, -32004 no streaming, -32007 no extended card, -32009 version not supported).
  /// `version_header` is A2A-Version, "" if absent; it must be "1.0", "0.3" or absent for agents of 1.0, others
  /// ignore it. The form of a result follows the method's name: `SendMessage` as 1.0, `message/send` as 0.3.
  std::string answer(std::string_view request, std::string_view version_header);
  const TaskStore& tasks() const { return tasks_; }

 private:
  std::string new_id();

  const AgentProfile* agent_;
  TaskStore tasks_;
  std::mt19937_64 random_;
};

/// The error code in a JSON-RPC response, 0 if it has none.
int error_code(std::string_view response);

}  // namespace fleet::demo
