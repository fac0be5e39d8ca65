#include "core/web/session.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <exception>
#include <stdexcept>

#include "core/app/logging.hpp"
#include "core/web/messages.hpp"
#include "core/web/transport.hpp"

namespace fleet::web {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

// How long and how much a connection that was refused may still send before it is closed: closing while input
// is unread makes the kernel send a reset, which takes the response away from the client.
constexpr std::chrono::seconds kLingerTime{1};
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;
constexpr std::size_t kReadBytes = 16 * 1024;

// A page of megabytes handed over in one call would keep its core in the kernel for milliseconds, whoever waits
// for it.
constexpr std::size_t most_bytes_a_write = 65536;

void log_handler_failure(const Request& request, const std::string& route, std::exception_ptr failure) {
  std::string reason = "unknown exception";
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    reason = e.what();
  } catch (...) {
  }
  logging::error("request handler failed",
                 {{"method", request.method}, {"route", route.empty() ? "fallback" : route}, {"err", reason}});
}

class HttpSession final : public Session {
 public:
  HttpSession(std::unique_ptr<Transport> transport, std::shared_ptr<const Service> service)
      : transport_(std::move(transport)), service_(std::move(service)) {}

  awaitable<void> run() override {
    auto patience = service_->limits.head_timeout;
    bool const greeted = co_await greet();
    while (greeted && !aborted_ && co_await request_begins(patience)) {
      if (!co_await exchange()) break;
      patience = service_->limits.idle_timeout;
    }
    if (greeted && !aborted_) co_await say_goodbye();
    error_code ignored;
    socket_layer().socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket_layer().close();
  }

  void drain() override {
    if (idle_) socket_layer().close();
  }

  void abort() override {
    aborted_ = true;
    cancellation_.emit(asio::cancellation_type::terminal);
    socket_layer().close();
  }

 private:
  using Parser = http::request_parser<http::string_body>;

  beast::tcp_stream& socket_layer() { return transport_->socket(); }
  bool draining() const { return service_->draining; }

  /// Whether there is somebody to serve.
  awaitable<bool> greet() {
    idle_ = true;
    error_code ec;
    socket_layer().expires_after(service_->limits.head_timeout);
    co_await transport_->greet(ec);
    idle_ = false;
    if (is_plain_http(ec)) co_await explain_tls();
    co_return !ec;
  }

  awaitable<void> explain_tls() {
    static constexpr std::string_view text =
        "HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\nThis is HTTPS: ask with https://\n";
    boost::system::error_code ignored;
    socket_layer().socket().write_some(asio::buffer(text), ignored);
    co_await linger();
  }

  awaitable<void> say_goodbye() {
    if (!socket_layer().socket().is_open()) co_return;
    error_code ignored;
    socket_layer().expires_after(kLingerTime);
    co_await transport_->say_goodbye(ignored);
  }

  /// Waits for the first byte of the next request.
  awaitable<bool> request_begins(std::chrono::milliseconds patience) {
    if (!waiting_since_) waiting_since_ = std::chrono::steady_clock::now();
    socket_layer().expires_after(patience);
    for (;;) {
      // Empty lines before a request are to be ignored (RFC 9112, 2.2).
      while (buffer_.size() >= 2 &&
             std::string_view(static_cast<const char*>(buffer_.data().data()), 2) == "\r\n")
        buffer_.consume(2);
      if (buffer_.size() > 0) co_return true;
      if (draining()) co_return false;
      idle_ = true;
      error_code ec;
      auto const space = buffer_.prepare(4096);
      std::size_t const count = co_await transport_->read_some(space, ec);
      idle_ = false;
      if (ec) co_return false;
      buffer_.commit(count);
    }
  }

  /// Reads on until the head, or all of the message, is there.
  awaitable<void> receive(Parser& parser, bool all, error_code& ec) {
    parser.eager(all);
    while (all ? !parser.is_done() : !parser.is_header_done()) {
      // It says need_more for half a line, and nothing for half a body.
      if (buffer_.size() > 0) {
        auto const taken = parser.put(buffer_.data(), ec);
        buffer_.consume(taken);
        bool const stuck = ec == http::error::need_more || taken == 0;
        if (ec && ec != http::error::need_more) co_return;
        ec = {};
        if (!stuck) continue;
      }
      auto const space = buffer_.prepare(kReadBytes);
      std::size_t const count = co_await transport_->read_some(space, ec);
      if (ec == asio::error::eof) {
        ec = http::error::partial_message;
        co_return;
      }
      if (ec) co_return;
      buffer_.commit(count);
    }
  }

  /// One request and its response; false: the connection is done.
  awaitable<bool> exchange() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(service_->limits.header_bytes));
    parser.body_limit(service_->limits.body_bytes);
    socket_layer().expires_after(service_->limits.head_timeout);
    error_code ec;
    co_await receive(parser, false, ec);
    int status = ec ? refusal_status(ec) : head_objection(parser.get(), parser.chunked());
    if (!ec && status == 0 && !parser.is_done()) {
      if (beast::iequals(parser.get()[http::field::expect], "100-continue")) co_await send_continue(ec);
      socket_layer().expires_after(service_->limits.body_timeout);
      if (!ec) co_await receive(parser, true, ec);
      if (ec) status = refusal_status(ec);
    }
    socket_layer().expires_never();
    waiting_since_.reset();
    if (ec || status != 0) {
      Response refusal;
      if (status != 0) refusal = refusal_answer(status, parser);
      co_return co_await refuse(status, refusal);
    }

    bool const keep_alive = parser.get().keep_alive();
    unsigned const version = parser.get().version();
    Request const request = plain_request(parser.get());
    Response response = co_await answer(request);
    if (aborted_) co_return false;
    co_return co_await send(response, version, keep_alive, request.method == "HEAD");
  }

  Response refusal_answer(int status, Parser& parser) const {
    if (!service_->refusal) return plain_answer(status);
    // A Content-Length above the limit ends the parsing before the head counts as done, when all of it is
    // there.
    http::request<http::string_body> head;
    head.base() = parser.get().base();
    return service_->refusal(status, plain_request(head));
  }

  awaitable<void> send_continue(error_code& ec) {
    static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    socket_layer().expires_after(service_->limits.write_timeout);
    std::string_view const no_body;
    co_await write(text, no_body, ec);
  }

  awaitable<void> write(std::string_view head, std::string_view body, error_code& ec) {
    auto rest_of_head = asio::buffer(head), rest_of_body = asio::buffer(body);
    while (!ec && rest_of_head.size() + rest_of_body.size() > 0) {
      auto const count = co_await transport_->write_some(rest_of_head, rest_of_body, most_bytes_a_write, ec);
      auto const of_head = std::min(count, rest_of_head.size());
      rest_of_head += of_head;
      rest_of_body += count - of_head;
    }
  }

  awaitable<Response> answer(const Request& request) {
    if (service_->gate) {
      auto refused = co_await service_->gate->admit(request);
      if (refused) co_return std::move(*refused);
    }
    auto const match = service_->router.find(request.method, request.path);
    if (!match.handler) {
      Response response = plain_answer(match.status);
      if (!match.allow.empty()) response.headers.emplace_back("Allow", match.allow);
      co_return response;
    }
    std::exception_ptr failure;
    try {
      co_return co_await (*match.handler)(request);
    } catch (...) {
      failure = std::current_exception();
    }
    if (!aborted_) log_handler_failure(request, match.route, failure);
    co_return plain_answer(500);
  }

  awaitable<bool> send(Response& response, unsigned version, bool keep_alive, bool head) {
    keep_alive = keep_alive && !draining();
    Message message;
    try {
      message = to_message(response, version, keep_alive, head, service_->gate.get());
    } catch (const std::exception& e) {
      logging::error("response cannot be sent", {{"err", e.what()}});
      response = plain_answer(500);
      message = to_message(response, version, keep_alive, head, service_->gate.get());
    }
    socket_layer().expires_after(service_->limits.write_timeout);
    error_code ec;
    co_await write(message.head, message.body, ec);
    co_return !ec && message.keep_alive;
  }

  /// Says why, if there is someone to listen, and takes what the client still sends.
  awaitable<bool> refuse(int status, Response& response) {
    if (status == 0 || aborted_) co_return false;
    co_await send(response, 11, false, false);
    co_await linger();
    co_return false;
  }

  /// Takes what the client still sends, as it is, for a while.
  awaitable<void> linger() {
    error_code ec;
    auto& socket = socket_layer();
    socket.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
    socket.expires_after(kLingerTime);
    buffer_.clear();
    for (std::size_t taken = 0; !ec && taken < kLingerBytes;) {
      auto const space = buffer_.prepare(kReadBytes);
      taken += co_await socket.async_read_some(space, asio::redirect_error(asio::use_awaitable, ec));
    }
  }

  std::unique_ptr<Transport> transport_;
  std::shared_ptr<const Service> service_;
  beast::flat_buffer buffer_;
  bool idle_ = false;
  bool aborted_ = false;
};

}  // namespace

std::shared_ptr<Session> make_session(asio::ip::tcp::socket socket, std::shared_ptr<const Service> service) {
  auto tls = service->gate ? service->gate->tls() : nullptr;
  auto transport = make_transport(std::move(socket), std::move(tls));
  return std::make_shared<HttpSession>(std::move(transport), std::move(service));
}

}  // namespace fleet::web
