// What an agent answers: replies, tasks, events of a stream, errors, in every version and binding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "probers/a2a/protocol.hpp"

namespace fleet::probers::a2a {

enum class Answer : std::uint8_t {
  message,      ///< a direct reply
  completed,    ///< a task that ended well
  working,      ///< a task not yet ended
  interrupted,  ///< input-required, auth-required
  failed,       ///< failed, canceled, rejected
  artifact,     ///< a piece of a task's result; streams only
  error,        ///< an error of the protocol
  invalid,      ///< none of these: bad JSON, another id, no result
};

struct AnswerReading {
  Answer answer = Answer::invalid;
  std::int64_t error_code = 0;  ///< of an error; the A2A code where the binding has it in other words
  std::string task_id;          ///< of a task and its updates; empty if the agent gave none
  std::string state;            ///< as the agent wrote it
  std::string detail;           ///< one line for people; nothing of the agent's texts
  std::string text;             ///< the reply: text of the message, of a task's artifacts and of its status
  bool appends = false;         ///< an artifact's piece that continues the one before
  bool last = false;            ///< 0.x streams: nothing follows (`final`)
};

/// Reads the answer to a message: for JSON-RPC the response to the request of this id (an error may have none),
/// for HTTP+JSON a body that holds a task or a message, or an error.
AnswerReading read_answer(Binding binding, std::string_view body, std::string_view id);
/// Reads the answer to a request for a task, which is the task itself.
AnswerReading read_task(Binding binding, std::string_view body, std::string_view id);
/// Reads the data of one event of a stream.
AnswerReading read_event(Binding binding, std::string_view data, std::string_view id);

}  // namespace fleet::probers::a2a
