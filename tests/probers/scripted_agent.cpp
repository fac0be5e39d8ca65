#include "tests/probers/scripted_agent.hpp"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <sstream>

namespace fleet::testing {

namespace {

boost::json::object rpc_of(const std::string& body) {
  boost::system::error_code error;
  auto const value = boost::json::parse(body, error);
  return !error && value.is_object() ? value.get_object() : boost::json::object();
}

AgentRequest parse_head(const std::string& head) {
  AgentRequest request;
  std::istringstream lines(head);
  std::string line;
  std::getline(lines, line);
  std::istringstream(line) >> request.method >> request.target;
  while (std::getline(lines, line) && line != "\r") {
    auto const colon = line.find(':');
    if (colon == std::string::npos) continue;
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    auto const from = line.find_first_not_of(' ', colon + 1);
    auto const to = line.find_last_not_of("\r ");
    request.headers[name] = from == std::string::npos || to < from ? "" : line.substr(from, to - from + 1);
  }
  return request;
}

std::string chunk(const std::string& text) {
  char size[20];
  auto const end = std::to_chars(size, size + sizeof size, text.size(), 16).ptr;
  return std::string(size, end) + "\r\n" + text + "\r\n";
}

}  // namespace

std::string AgentRequest::id() const {
  auto const rpc = rpc_of(body);
  auto const* const member = rpc.if_contains("id");
  return member ? boost::json::serialize(*member) : "null";
}

std::string AgentRequest::rpc_method() const {
  auto const rpc = rpc_of(body);
  auto const* const member = rpc.if_contains("method");
  return member && member->is_string() ? std::string(member->get_string()) : "";
}

AgentScript respond(int status, std::string body, std::string content_type, std::string more_headers) {
  AgentScript script;
  script.pieces.push_back("HTTP/1.1 " + std::to_string(status) + " Scripted\r\nContent-Type: " + content_type +
                          "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers +
                          "\r\n" + body);
  return script;
}

AgentScript stream_of(std::vector<std::string> texts, AgentScript::Then then, bool complete) {
  AgentScript script;
  script.then = then;
  script.pieces.push_back(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: "
      "chunked\r\n\r\n");
  for (auto const& text : texts) script.pieces.push_back(chunk(text));
  if (complete && then == AgentScript::Then::close) script.pieces.push_back("0\r\n\r\n");
  return script;
}

ScriptedAgent::ScriptedAgent(asio::io_context& io) : acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
  asio::co_spawn(io, accept(this), asio::detached);
}

std::string ScriptedAgent::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

awaitable<void> ScriptedAgent::accept(ScriptedAgent* self) {
  for (;;) {
    auto socket = co_await self->acceptor_.async_accept(asio::use_awaitable);
    asio::co_spawn(self->acceptor_.get_executor(), serve(self, std::move(socket)), asio::detached);
  }
}

awaitable<void> ScriptedAgent::serve(ScriptedAgent* self, asio::ip::tcp::socket socket) {
  socket.set_option(asio::ip::tcp::no_delay(true));
  std::string buffer;
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  auto const head = co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", token);
  if (error) co_return;
  auto request = parse_head(buffer.substr(0, head));
  buffer.erase(0, head);
  std::size_t const length =
      request.headers.contains("content-length") ? std::stoul(request.headers["content-length"]) : 0;
  if (buffer.size() < length) {
    auto const rest = asio::transfer_exactly(length - buffer.size());
    co_await asio::async_read(socket, asio::dynamic_buffer(buffer), rest, token);
    if (error) co_return;
  }
  request.body = buffer;
  self->requests.push_back(request);
  auto const script = self->answer(request);

  asio::steady_timer timer(socket.get_executor());
  for (auto const& piece : script.pieces) {
    co_await asio::async_write(socket, asio::buffer(piece), token);
    if (error) co_return;
    timer.expires_after(script.pause);
    co_await timer.async_wait(token);
  }
  if (script.then == AgentScript::Then::hang) {
    char gone = 0;
    co_await socket.async_read_some(asio::buffer(&gone, 1), token);
  } else if (script.then == AgentScript::Then::reset) {
    socket.set_option(asio::socket_base::linger(true, 0), error);
  }
}

}  // namespace fleet::testing
