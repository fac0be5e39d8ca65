#include "probers/a2a/answers.hpp"

#include "probers/a2a/json_reading.hpp"

namespace fleet::probers::a2a {

namespace {

AnswerReading invalid(std::string detail) {
  AnswerReading reading;
  reading.detail = std::move(detail);
  return reading;
}

/// A word of the agent's, short and printable.
std::string shown(std::string_view word) {
  std::string text;
  for (char const c : word.substr(0, 40)) text += c > ' ' && c < 0x7f ? c : '?';
  return text;
}

void append_line(std::string& text, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += '\n';
  text += more;
}

/// Texts of a message's or an artifact's parts; 0.3's proto-JSON calls them content.
std::string text_of_parts(const json::object& holder) {
  std::string text;
  auto const* parts = array_member(holder, "parts");
  if (!parts) parts = array_member(holder, "content");
  if (!parts) return text;
  for (auto const& entry : *parts) {
    if (auto const* const part = entry.if_object()) append_line(text, text_member(*part, "text"));
  }
  return text;
}

AnswerReading of_status(const json::object& holder) {
  auto const* const status = object_member(holder, "status");
  if (!status) return invalid("the task has no status");
  AnswerReading reading;
  reading.state = text_member(*status, "state");
  reading.detail = "task state " + shown(reading.state);
  auto const* message = object_member(*status, "message");
  if (!message) message = object_member(*status, "update");  // 0.3's proto-JSON
  if (message) reading.text = text_of_parts(*message);
  switch (phase_of(reading.state)) {
    case TaskPhase::completed:
      reading.answer = Answer::completed;
      break;
    case TaskPhase::failed:
      reading.answer = Answer::failed;
      break;
    case TaskPhase::interrupted:
      reading.answer = Answer::interrupted;
      break;
    case TaskPhase::under_way:
      reading.answer = Answer::working;
      break;
    case TaskPhase::unknown:
      reading.detail = reading.state.empty() ? "the task has no state" : "unknown " + reading.detail;
      break;
  }
  return reading;
}

AnswerReading of_task(const json::object& task) {
  auto reading = of_status(task);
  reading.task_id = text_member(task, "id");
  if (auto const* const artifacts = array_member(task, "artifacts")) {
    for (auto const& entry : *artifacts) {
      if (auto const* const artifact = entry.if_object()) append_line(reading.text, text_of_parts(*artifact));
    }
  }
  return reading;
}

AnswerReading of_message(const json::object& message) {
  AnswerReading reading;
  reading.answer = Answer::message;
  reading.text = text_of_parts(message);
  return reading;
}

AnswerReading of_status_update(const json::object& update) {
  auto reading = of_status(update);
  reading.task_id = text_member(update, "taskId");
  auto const* const last = update.if_contains("final");
  reading.last = last && last->is_bool() && last->get_bool();
  return reading;
}

AnswerReading of_artifact_update(const json::object& update) {
  auto const* const artifact = object_member(update, "artifact");
  if (!artifact) return invalid("the artifact update has no artifact");
  AnswerReading reading;
  reading.answer = Answer::artifact;
  reading.task_id = text_member(update, "taskId");
  reading.text = text_of_parts(*artifact);
  auto const* const appends = update.if_contains("append");
  reading.appends = appends && appends->is_bool() && appends->get_bool();
  return reading;
}

enum class Expected : std::uint8_t { reply, task, event };

/// What all results hold: one of several members (1.0, proto-JSON), or its `kind` (0.x).
AnswerReading of_result(const json::object& result, Expected expected) {
  if (expected == Expected::task) return of_task(result);
  auto const kind = text_member(result, "kind");
  if (auto const* const task = object_member(result, "task")) return of_task(*task);
  if (kind == "task") return of_task(result);
  for (auto const* const name : {"message", "msg"}) {
    if (auto const* const message = object_member(result, name)) return of_message(*message);
  }
  if (kind == "message") return of_message(result);
  if (expected == Expected::reply) return invalid("the result is neither a task nor a message");

  if (auto const* const update = object_member(result, "statusUpdate")) return of_status_update(*update);
  if (kind == "status-update") return of_status_update(result);
  if (auto const* const update = object_member(result, "artifactUpdate")) return of_artifact_update(*update);
  if (kind == "artifact-update") return of_artifact_update(result);
  return invalid("the event is neither a task, a message nor an update");
}

AnswerReading of_error(std::int64_t code, std::string_view other_name = {}) {
  AnswerReading reading;
  reading.answer = Answer::error;
  reading.error_code = code;
  auto const name = error_name(code);
  reading.detail = "A2A error " + std::to_string(code);
  if (!name.empty()) {
    reading.detail.append(" ").append(name);
  } else if (!other_name.empty()) {
    reading.detail.append(" ").append(shown(other_name));
  }
  return reading;
}

std::int64_t code_member(const json::object& error) {
  auto const* const code = error.if_contains("code");
  return code && code->is_int64() ? code->get_int64() : 0;
}

/// The error that an HTTP+JSON body is: google.rpc.Status under `error` with its ErrorInfo (1.0), code and
/// message, or nothing but a message that names it (0.3), or a problem's `type`. nullopt if it is none.
std::optional<AnswerReading> rest_error(const json::object& body) {
  if (auto const* const error = object_member(body, "error")) {
    if (auto const* const details = array_member(*error, "details")) {
      for (auto const& entry : *details) {
        auto const* const detail = entry.if_object();
        auto const code = detail ? error_code_of(text_member(*detail, "reason")) : 0;
        if (code != 0) return of_error(code);
      }
    }
    return of_error(code_member(*error), text_member(*error, "status"));
  }
  if (auto const code = code_member(body); code != 0) return of_error(code);
  for (auto const* const key : {"type", "message"}) {
    if (auto const code = error_code_of(text_member(body, key).substr(0, 100)); code != 0)
      return of_error(code);
  }
  return std::nullopt;
}

AnswerReading read(Binding binding, std::string_view body, std::string_view id, Expected expected) {
  auto const* const what = expected == Expected::event ? "the event" : "the answer";
  auto const value = parse_json(body);
  auto const* const answer = value ? value->if_object() : nullptr;
  if (!answer) return invalid(std::string(what) + (value ? " is not a JSON object" : " is not JSON"));
  if (binding == Binding::http_json) {
    if (auto error = rest_error(*answer)) return *error;
    return of_result(*answer, expected);
  }
  auto const* const member = answer->if_contains("id");
  auto const* const error = object_member(*answer, "error");
  // What could not be read as a request is answered without its id.
  bool const no_id = !member || member->is_null();
  if (!(error && no_id) && text_member(*answer, "id") != id) {
    return invalid("the id of " + std::string(what) + " is not the request's");
  }
  if (error) return of_error(code_member(*error));
  auto const* const result = object_member(*answer, "result");
  return result ? of_result(*result, expected) : invalid(std::string(what) + " has neither result nor error");
}

}  // namespace

AnswerReading read_answer(Binding binding, std::string_view body, std::string_view id) {
  return read(binding, body, id, Expected::reply);
}

AnswerReading read_task(Binding binding, std::string_view body, std::string_view id) {
  return read(binding, body, id, Expected::task);
}

AnswerReading read_event(Binding binding, std::string_view data, std::string_view id) {
  return read(binding, data, id, Expected::event);
}

}  // namespace fleet::probers::a2a
