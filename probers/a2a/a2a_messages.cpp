#include "probers/a2a/a2a_messages.hpp"

#include <boost/json.hpp>

namespace fleet::probers::a2a {

namespace json = boost::json;

namespace {

std::optional<json::value> parse(std::string_view body) {
  boost::system::error_code error;
  auto value = json::parse(body, error);
  if (error) return std::nullopt;
  return value;
}

std::string_view text_member(const json::object& object, std::string_view key) {
  auto const* const member = object.if_contains(key);
  auto const* const text = member ? member->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

const json::array* array_member(const json::object& object, std::string_view key) {
  auto const* const member = object.if_contains(key);
  return member ? member->if_array() : nullptr;
}

const json::object* object_member(const json::object& object, std::string_view key) {
  auto const* const member = object.if_contains(key);
  return member ? member->if_object() : nullptr;
}

/// "1.0", "0.3.0" (patch levels are cut off), "" counts as 0.2: that version had no such field.
std::optional<Version> parse_version(std::string_view text) {
  auto const starts = [&](std::string_view prefix) {
    return text.starts_with(prefix) && (text.size() == prefix.size() || text[prefix.size()] == '.');
  };
  if (starts("1.0")) return Version::v1_0;
  if (starts("0.3")) return Version::v0_3;
  if (text.empty() || starts("0.2")) return Version::v0_2;
  return std::nullopt;
}

CardReading mismatch(std::string problem) {
  CardReading reading;
  reading.problem = std::move(problem);
  reading.version_mismatch = true;
  return reading;
}

CardReading problem(std::string text) {
  CardReading reading;
  reading.problem = std::move(text);
  return reading;
}

CardReading found(std::string_view url, Version version, std::string_view tenant) {
  CardReading reading;
  reading.endpoint = Endpoint{std::string(url), version, std::string(tenant)};
  return reading;
}

bool is_absolute(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

CardReading read_interfaces(const json::array& interfaces) {
  for (auto const& entry : interfaces) {
    auto const* const one = entry.if_object();
    if (!one || text_member(*one, "protocolBinding") != "JSONRPC") continue;
    auto const url = text_member(*one, "url");
    auto const version = parse_version(text_member(*one, "protocolVersion"));
    if (version && is_absolute(url)) return found(url, *version, text_member(*one, "tenant"));
  }
  return mismatch("the card offers no JSONRPC interface of version 0.2, 0.3 or 1.0");
}

CardReading read_legacy(const json::object& card) {
  auto const version = parse_version(text_member(card, "protocolVersion"));
  if (!version) return mismatch("the card's protocolVersion is none of 0.2, 0.3, 1.0");
  auto const transport = text_member(card, "preferredTransport");
  auto const url = text_member(card, "url");
  if ((transport.empty() || transport == "JSONRPC") && is_absolute(url)) return found(url, *version, {});
  if (auto const* const more = array_member(card, "additionalInterfaces")) {
    for (auto const& entry : *more) {
      auto const* const one = entry.if_object();
      if (one && text_member(*one, "transport") == "JSONRPC" && is_absolute(text_member(*one, "url"))) {
        return found(text_member(*one, "url"), *version, {});
      }
    }
  }
  if (url.empty()) return problem("the card has no url");
  return mismatch("the card offers no JSONRPC interface");
}

/// "TASK_STATE_INPUT_REQUIRED" (1.0) and "input-required" (0.x) are one word: "input-required".
std::string plain_state(std::string_view state) {
  std::string_view const prefix = "TASK_STATE_";
  if (state.starts_with(prefix)) state.remove_prefix(prefix.size());
  std::string plain(state);
  for (auto& c : plain) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return plain;
}

AnswerReading of_state(std::string_view state) {
  AnswerReading reading;
  reading.state = state;
  reading.detail = "task state " + std::string(state.substr(0, 40));
  auto const plain = plain_state(state);
  if (plain == "completed") {
    reading.answer = Answer::completed;
  } else if (plain == "failed" || plain == "canceled" || plain == "rejected") {
    reading.answer = Answer::failed;
  } else if (plain == "input-required" || plain == "auth-required") {
    reading.answer = Answer::interrupted;
  } else if (plain == "submitted" || plain == "working") {
    reading.answer = Answer::working;
  } else {
    reading.detail = "unknown " + reading.detail;
  }
  return reading;
}

AnswerReading invalid(std::string detail) {
  AnswerReading reading;
  reading.detail = std::move(detail);
  return reading;
}

AnswerReading of_task(const json::object& task) {
  auto const* const status = object_member(task, "status");
  return status ? of_state(text_member(*status, "state")) : invalid("the task has no status");
}

}  // namespace

std::string_view to_string(Version version) {
  switch (version) {
    case Version::v0_2:
      return "0.2";
    case Version::v0_3:
      return "0.3";
    case Version::v1_0:
      break;
  }
  return "1.0";
}

CardReading read_card(std::string_view body) {
  auto const value = parse(body);
  auto const* const card = value ? value->if_object() : nullptr;
  if (!card) return problem("the card is not a JSON object");
  if (auto const* const interfaces = array_member(*card, "supportedInterfaces"))
    return read_interfaces(*interfaces);
  return read_legacy(*card);
}

std::string send_request(const Endpoint& endpoint, std::string_view id, std::string_view message_id,
                         std::string_view text) {
  json::object message;
  json::object params;
  json::object part;
  part["text"] = text;
  if (endpoint.version == Version::v1_0) {
    message = {{"messageId", message_id}, {"role", "ROLE_USER"}, {"parts", json::array{part}}};
    if (!endpoint.tenant.empty()) params["tenant"] = endpoint.tenant;
  } else {
    part["kind"] = "text";
    message = {{"kind", "message"}, {"messageId", message_id}, {"role", "user"}, {"parts", json::array{part}}};
    params["configuration"] = {{"blocking", true}, {"acceptedOutputModes", json::array{"text/plain"}}};
  }
  params["message"] = std::move(message);
  json::object request;
  request["jsonrpc"] = "2.0";
  request["id"] = id;
  request["method"] = endpoint.version == Version::v1_0 ? "SendMessage" : "message/send";
  request["params"] = std::move(params);
  return json::serialize(request);
}

AnswerReading read_answer(std::string_view body, std::string_view id) {
  auto const value = parse(body);
  auto const* const answer = value ? value->if_object() : nullptr;
  if (!answer) return invalid("the answer is not a JSON object");
  if (auto const* const error = object_member(*answer, "error")) {
    AnswerReading reading;
    reading.answer = Answer::error;
    auto const* const code = error->if_contains("code");
    if (code && code->is_int64()) reading.error_code = code->get_int64();
    reading.detail = "A2A error " + std::to_string(reading.error_code);
    return reading;
  }
  if (text_member(*answer, "id") != id) return invalid("the answer's id is not the request's");
  auto const* const result = object_member(*answer, "result");
  if (!result) return invalid("the answer has neither result nor error");

  if (auto const* const task = object_member(*result, "task")) return of_task(*task);  // 1.0
  auto const kind = text_member(*result, "kind");                                      // 0.x
  if (kind == "task") return of_task(*result);
  if (object_member(*result, "message") || kind == "message") {
    AnswerReading reading;
    reading.answer = Answer::message;
    return reading;
  }
  return invalid("the result is neither a task nor a message");
}

}  // namespace fleet::probers::a2a
