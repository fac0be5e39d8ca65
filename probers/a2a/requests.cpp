#include "probers/a2a/requests.hpp"

#include <boost/json.hpp>

#include "probers/trace.hpp"

namespace fleet::probers::a2a {

namespace json = boost::json;

namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

/// The endpoint's URL, or with `more` appended to its path: "/tasks/7?historyLength=0".
std::optional<http::Url> url_of(const Endpoint& endpoint, std::string_view more = {}) {
  auto url = http::Url::parse(endpoint.url);
  if (!url || more.empty()) return url;
  auto path = url->target.substr(0, url->target.find('?'));
  while (path.ends_with('/')) path.pop_back();
  if (endpoint.version != Version::v1_0) path += "/v1";
  if (!endpoint.tenant.empty()) path += '/' + percent_encoded(endpoint.tenant);
  url->target = path.append(more);
  return url;
}

json::object message_object(const Endpoint& endpoint, const TextMessage& message) {
  json::object part;
  json::object object;
  bool const proto_json = endpoint.version == Version::v1_0 || endpoint.binding == Binding::http_json;
  if (!proto_json) part["kind"] = "text";
  part["text"] = message.text;
  if (!proto_json) object["kind"] = "message";
  object["messageId"] = message.id;
  object["role"] = proto_json ? "ROLE_USER" : "user";
  // 0.3's proto calls the parts of a message its content.
  bool const content = proto_json && endpoint.version != Version::v1_0;
  object[content ? "content" : "parts"] = json::array{std::move(part)};
  return object;
}

json::object send_params(const Endpoint& endpoint, const TextMessage& message) {
  json::object params;
  json::object configuration;
  if (endpoint.version == Version::v1_0) {
    if (!message.blocking) configuration["returnImmediately"] = true;
    if (!endpoint.tenant.empty() && endpoint.binding == Binding::jsonrpc) params["tenant"] = endpoint.tenant;
  } else {
    configuration["blocking"] = message.blocking;
    configuration["acceptedOutputModes"] = json::array{"text/plain"};
  }
  params["message"] = message_object(endpoint, message);
  if (!configuration.empty()) params["configuration"] = std::move(configuration);
  return params;
}

http::Request request_of(const Endpoint& endpoint, http::Url url) {
  http::Request request;
  request.url = std::move(url);
  if (endpoint.version == Version::v1_0) request.headers.emplace_back("A2A-Version", "1.0");
  return request;
}

http::Request post(const Endpoint& endpoint, http::Url url, const json::object& body, std::string accept) {
  auto request = request_of(endpoint, std::move(url));
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", std::move(accept));
  request.body = json::serialize(body);
  return request;
}

http::Request call(const Endpoint& endpoint, http::Url url, std::string_view id, std::string_view method,
                   json::object params, std::string accept) {
  json::object body;
  body["jsonrpc"] = "2.0";
  body["id"] = id;
  body["method"] = method;
  body["params"] = std::move(params);
  return post(endpoint, std::move(url), body, std::move(accept));
}

}  // namespace

std::optional<http::Request> send_request(const Endpoint& endpoint, std::string_view request_id,
                                          const TextMessage& message, bool stream) {
  std::string const accept = stream ? "text/event-stream" : "application/json";
  auto params = send_params(endpoint, message);
  if (endpoint.binding == Binding::http_json) {
    auto url = url_of(endpoint, stream ? "/message:stream" : "/message:send");
    if (!url) return std::nullopt;
    return post(endpoint, std::move(*url), params, accept);
  }
  auto url = url_of(endpoint);
  if (!url) return std::nullopt;
  std::string_view const method = endpoint.version == Version::v1_0
                                      ? (stream ? "SendStreamingMessage" : "SendMessage")
                                      : (stream ? "message/stream" : "message/send");
  return call(endpoint, std::move(*url), request_id, method, std::move(params), accept);
}

std::optional<http::Request> get_task_request(const Endpoint& endpoint, std::string_view request_id,
                                              std::string_view task_id) {
  if (endpoint.binding == Binding::http_json) {
    auto url = url_of(endpoint, "/tasks/" + percent_encoded(task_id) + "?historyLength=0");
    if (!url) return std::nullopt;
    auto request = request_of(endpoint, std::move(*url));
    request.headers.emplace_back("Accept", "application/json");
    return request;
  }
  auto url = url_of(endpoint);
  if (!url) return std::nullopt;
  json::object params;
  params["id"] = task_id;
  params["historyLength"] = 0;
  if (!endpoint.tenant.empty()) params["tenant"] = endpoint.tenant;
  return call(endpoint, std::move(*url), request_id,
              endpoint.version == Version::v1_0 ? "GetTask" : "tasks/get", std::move(params),
              "application/json");
}

http::Request card_request(http::Url url, std::optional<Version> version) {
  http::Request request;
  request.url = std::move(url);
  if (version.value_or(Version::v1_0) == Version::v1_0) request.headers.emplace_back("A2A-Version", "1.0");
  request.headers.emplace_back("Accept", "application/json");
  return request;
}

namespace {

http::Url below(const http::Url& base, std::string_view path) {
  auto url = base;
  url.target = url.target.substr(0, url.target.find('?'));
  while (url.target.ends_with('/')) url.target.pop_back();
  url.target += path;
  return url;
}

}  // namespace

http::Url card_url(const http::Url& base) { return below(base, "/.well-known/agent-card.json"); }
http::Url old_card_url(const http::Url& base) { return below(base, "/.well-known/agent.json"); }

std::string random_uuid() {
  auto hex = TraceContext::make().trace_id();
  hex[12] = '4';
  hex[16] = "89ab"[hex[16] & 3];
  for (auto const place : {20, 16, 12, 8}) hex.insert(static_cast<std::size_t>(place), "-");
  return hex;
}

}  // namespace fleet::probers::a2a
