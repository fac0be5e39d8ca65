#include "demo/a2a_answers.hpp"

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>

namespace fleet::demo {

namespace json = boost::json;

namespace {

/// A JSON-RPC error on its way to the response.
struct RpcError {
  int code;
  const char* message;
};

enum class Method : std::uint8_t { send, stream, get, cancel, subscribe, push_config, extended_card };

struct MethodName {
  std::string_view name;
  Method method;
  Speech form;
};

constexpr std::array<MethodName, 18> method_names{{
    {"SendMessage", Method::send, Speech::v1_0},
    {"SendStreamingMessage", Method::stream, Speech::v1_0},
    {"GetTask", Method::get, Speech::v1_0},
    {"CancelTask", Method::cancel, Speech::v1_0},
    {"SubscribeToTask", Method::subscribe, Speech::v1_0},
    {"CreateTaskPushNotificationConfig", Method::push_config, Speech::v1_0},
    {"GetTaskPushNotificationConfig", Method::push_config, Speech::v1_0},
    {"ListTaskPushNotificationConfigs", Method::push_config, Speech::v1_0},
    {"DeleteTaskPushNotificationConfig", Method::push_config, Speech::v1_0},
    {"GetExtendedAgentCard", Method::extended_card, Speech::v1_0},
    {"message/send", Method::send, Speech::v0_3},
    {"message/stream", Method::stream, Speech::v0_3},
    {"tasks/get", Method::get, Speech::v0_3},
    {"tasks/cancel", Method::cancel, Speech::v0_3},
    {"tasks/resubscribe", Method::subscribe, Speech::v0_3},
    {"tasks/pushNotificationConfig/set", Method::push_config, Speech::v0_3},
    {"tasks/pushNotificationConfig/get", Method::push_config, Speech::v0_3},
    {"agent/getAuthenticatedExtendedCard", Method::extended_card, Speech::v0_3},
}};

std::string iso_now() {
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string_view text_member(const json::object& object, std::string_view key) {
  auto const* member = object.if_contains(key);
  auto const* text = member ? member->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

/// The text parts of `params.message`, joined. Throws RpcError unless the message has an id and at least one
/// part.
std::string message_text(const json::object& params) {
  auto const* member = params.if_contains("message");
  auto const* message = member ? member->if_object() : nullptr;
  if (!message) throw RpcError{-32602, "params.message: expected an object"};
  if (text_member(*message, "messageId").empty()) {
    throw RpcError{-32602, "params.message.messageId: expected a non-empty string"};
  }
  auto const* parts_member = message->if_contains("parts");
  auto const* parts = parts_member ? parts_member->if_array() : nullptr;
  if (!parts || parts->empty())
    throw RpcError{-32602, "params.message.parts: expected a list with at least one part"};
  std::string text;
  for (auto const& part : *parts) {
    auto const* object = part.if_object();
    if (!object) throw RpcError{-32602, "params.message.parts: expected objects"};
    auto const piece = text_member(*object, "text");
    if (!piece.empty() && !text.empty()) text += ' ';
    text += piece;
  }
  return text;
}

json::object task_object(const TaskStore::Task& task, Speech form) {
  bool const new_form = form == Speech::v1_0;
  json::object part;
  if (!new_form) part["kind"] = "text";
  part["text"] = task.text;
  json::object artifact;
  artifact["artifactId"] = task.id + "-1";
  artifact["parts"] = json::array{std::move(part)};
  json::object status;
  status["state"] = new_form ? "TASK_STATE_COMPLETED" : "completed";
  status["timestamp"] = task.finished_at;
  json::object result;
  if (!new_form) result["kind"] = "task";
  result["id"] = task.id;
  result["contextId"] = task.context_id;
  result["status"] = std::move(status);
  result["artifacts"] = json::array{std::move(artifact)};
  return result;
}

std::string error_response(const json::value& id, RpcError error) {
  json::object details;
  details["code"] = error.code;
  details["message"] = error.message;
  json::object response;
  response["jsonrpc"] = "2.0";
  response["id"] = id;
  response["error"] = std::move(details);
  return json::serialize(response);
}

MethodName find_method(std::string_view name, Speech speech) {
  for (auto const& known : method_names) {
    if (known.name == name && (known.form == Speech::v0_3 || speech == Speech::v1_0)) return known;
  }
  throw RpcError{-32601, "Method not found"};
}

/// The request's id if it may be echoed (a string, a number or null).
std::optional<json::value> usable_id(const json::object& request) {
  auto const* id = request.if_contains("id");
  if (!id || !(id->is_string() || id->is_number())) return std::nullopt;
  return *id;
}

json::object shared_card_members(const AgentProfile& agent) {
  json::object capabilities;
  capabilities["streaming"] = false;
  capabilities["pushNotifications"] = false;
  json::object skill;
  skill["id"] = std::string(agent.name) + "-work";
  skill["name"] = agent.name;
  skill["description"] = agent.description;
  skill["tags"] = json::array{"legal", "australia"};
  json::object card;
  card["name"] = agent.name;
  card["description"] = agent.description;
  card["version"] = "4.0.0";
  card["capabilities"] = std::move(capabilities);
  card["defaultInputModes"] = json::array{"text/plain"};
  card["defaultOutputModes"] = json::array{"text/plain"};
  card["skills"] = json::array{std::move(skill)};
  return card;
}

json::object interface_object(const std::string& url, const char* version) {
  json::object object;
  object["url"] = url;
  object["protocolBinding"] = "JSONRPC";
  object["protocolVersion"] = version;
  return object;
}

}  // namespace

CardForm card_form(const AgentProfile& agent, std::string_view version_header) {
  return agent.speech == Speech::v1_0 && version_header == "1.0" ? CardForm::v1_0 : CardForm::v0_3;
}

std::string agent_card(const AgentProfile& agent, CardForm form, const std::string& url) {
  auto card = shared_card_members(agent);
  if (form == CardForm::v1_0 && agent.speech == Speech::v1_0) {
    json::array interfaces;
    interfaces.push_back(interface_object(url, "1.0"));
    interfaces.push_back(interface_object(url, "0.3"));
    card["supportedInterfaces"] = std::move(interfaces);
  } else if (form == CardForm::v0_2) {
    card["protocolVersion"] = "0.2.5";
    card["url"] = url;
  } else {
    card["protocolVersion"] = "0.3.0";
    card["url"] = url;
    card["preferredTransport"] = "JSONRPC";
  }
  return json::serialize(card);
}

const TaskStore::Task& TaskStore::remember(Task task) {
  if (order_.size() >= capacity_) {
    tasks_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(task.id);
  std::string const key = task.id;
  return tasks_.insert_or_assign(key, std::move(task)).first->second;
}

const TaskStore::Task* TaskStore::find(std::string_view id) const {
  auto const place = tasks_.find(std::string(id));
  return place == tasks_.end() ? nullptr : &place->second;
}

std::string A2aAnswers::new_id() {
  char text[40];
  unsigned long long const high = random_(), low = random_();
  std::snprintf(text, sizeof text, "%08llx-%04llx-4%03llx-8%03llx-%012llx", high >> 32, (high >> 16) & 0xffff,
                high & 0xfff, (low >> 48) & 0xfff, low & 0xffffffffffff);
  return text;
}

std::string A2aAnswers::answer(std::string_view request_text, std::string_view version_header) {
  json::value id;
  boost::system::error_code failure;
  auto const parsed = json::parse(json::string_view(request_text.data(), request_text.size()), failure);
  if (failure) return error_response(id, {-32700, "Parse error"});
  try {
    auto const* request = parsed.if_object();
    if (!request) throw RpcError{-32600, "Invalid Request: expected an object"};
    auto const echoed = usable_id(*request);
    if (echoed) id = *echoed;
    auto const method_name = text_member(*request, "method");
    if (!echoed || text_member(*request, "jsonrpc") != "2.0" || method_name.empty()) {
      throw RpcError{-32600, "Invalid Request: expected jsonrpc \"2.0\", an id and a method"};
    }
    if (agent_->speech == Speech::v1_0 && !version_header.empty() && version_header != "1.0" &&
        version_header != "0.3") {
      throw RpcError{-32009, "Version not supported: expected A2A-Version 1.0 or 0.3"};
    }
    auto const method = find_method(method_name, agent_->speech);
    if (method.method == Method::push_config) throw RpcError{-32003, "Push notifications are not supported"};
    if (method.method == Method::extended_card) throw RpcError{-32007, "No extended card is configured"};
    auto const* params_member = request->if_contains("params");
    auto const* params = params_member ? params_member->if_object() : nullptr;
    if (!params) throw RpcError{-32602, "params: expected an object"};

    json::object response;
    response["jsonrpc"] = "2.0";
    response["id"] = id;
    if (method.method == Method::send || method.method == Method::stream) {
      auto const text = message_text(*params);
      if (method.method == Method::stream) throw RpcError{-32004, "Streaming is not supported"};
      auto context = std::string(text_member(params->at("message").as_object(), "contextId"));
      if (context.empty()) context = new_id();
      auto const& task = tasks_.remember({new_id(), std::move(context), "echo: " + text, iso_now()});
      auto result = task_object(task, method.form);
      if (method.form == Speech::v1_0) {
        json::object wrapped;
        wrapped["task"] = std::move(result);
        result = std::move(wrapped);
      }
      response["result"] = std::move(result);
      return json::serialize(response);
    }
    auto const task_id = text_member(*params, "id");
    if (task_id.empty()) throw RpcError{-32602, "params.id: expected a non-empty string"};
    auto const* task = tasks_.find(task_id);
    if (!task) throw RpcError{-32001, "Task not found"};
    if (method.method == Method::cancel) throw RpcError{-32002, "Task cannot be canceled: it has ended"};
    if (method.method == Method::subscribe) throw RpcError{-32004, "Streaming is not supported"};
    response["result"] = task_object(*task, method.form);
    return json::serialize(response);
  } catch (const RpcError& error) {
    return error_response(id, error);
  }
}

int error_code(std::string_view response) {
  boost::system::error_code failure;
  auto const parsed = json::parse(json::string_view(response.data(), response.size()), failure);
  auto const* object = failure ? nullptr : parsed.if_object();
  auto const* error_member = object ? object->if_contains("error") : nullptr;
  auto const* error = error_member ? error_member->if_object() : nullptr;
  auto const* code = error ? error->if_contains("code") : nullptr;
  return code && code->is_int64() ? static_cast<int>(code->as_int64()) : 0;
}

}  // namespace fleet::demo
