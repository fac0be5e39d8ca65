#include "core/web/messages.hpp"

#include <boost/beast/core/error.hpp>
#include <ctime>
#include <stdexcept>

#include "core/web/router.hpp"

namespace fleet::web {
namespace {

using boost::system::error_code;

std::string http_date() {
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

void check_field(std::string_view text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos)
    throw std::invalid_argument("a line break in a response header");
}

std::string head_text(const http::response<http::empty_body>& message) {
  std::string text = message.version() == 11 ? "HTTP/1.1 " : "HTTP/1.0 ";
  text += std::to_string(message.result_int());
  text += ' ';
  text += message.reason();
  text += "\r\n";
  for (auto const& field : message) {
    text += field.name_string();
    text += ": ";
    text += field.value();
    text += "\r\n";
  }
  return text += "\r\n";
}

}  // namespace

Response plain_answer(int status) {
  Response response;
  response.status = status;
  response.body = std::to_string(status) + " " +
                  std::string(http::obsolete_reason(static_cast<http::status>(status))) + "\n";
  return response;
}

int refusal_status(const error_code& ec) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return 431;
  if (ec == http::error::body_limit) return 413;
  if (ec == http::error::end_of_stream || ec == http::error::partial_message) return 0;
  if (ec.category() == http::make_error_code(http::error::bad_method).category()) return 400;
  return 0;
}

int head_objection(const http::request_header<>& head, bool chunked) {
  if (head.count(http::field::host) > 1 || (head.version() == 11 && head.count(http::field::host) == 0))
    return 400;
  // A coding that nobody undoes would leave its bytes to be read as the next request.
  if (head.count(http::field::transfer_encoding) > 0 && !chunked) return 501;
  return 0;
}

Request plain_request(http::request<http::string_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  set_target(request, message.target());
  for (auto const& field : message) request.headers.emplace_back(field.name_string(), field.value());
  request.body = std::move(message.body());
  return request;
}

Message to_message(Response& response, unsigned version, bool keep_alive, bool head, const Gate* gate) {
  if (response.status < 200 || response.status > 599)
    throw std::invalid_argument("response status out of range");
  http::response<http::empty_body> message;
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  message.set(http::field::date, http_date());
  bool const bodiless = response.status == 204 || response.status == 304;
  if (!bodiless && !response.content_type.empty()) {
    check_field(response.content_type);
    message.set(http::field::content_type, response.content_type);
  }
  for (auto const& [name, value] : response.headers) {
    check_field(name);
    check_field(value);
    message.insert(name, value);
  }
  if (gate) {
    for (auto const& [name, value] : gate->headers()) message.set(name, value);
  }
  message.keep_alive(keep_alive);
  message.erase(http::field::transfer_encoding);
  message.erase(http::field::content_length);
  if (!bodiless) message.content_length(response.body.size());
  Message out;
  out.head = head_text(message);
  if (!bodiless && !head) out.body = std::move(response.body);
  out.keep_alive = message.keep_alive();
  return out;
}

}  // namespace fleet::web
