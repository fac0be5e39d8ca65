#include "core/web/session.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <ctime>
#include <exception>
#include <stdexcept>

#include "core/app/logging.hpp"

namespace fleet::web {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

// How long and how much a connection that was refused may still send before it is closed: closing while input
// is unread makes the kernel send a reset, which takes the response away from the client.
constexpr std::chrono::seconds kLingerTime{1};
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;

// A page of megabytes handed over in one call would keep its core in the kernel for milliseconds, whoever waits
// for it.
constexpr std::size_t most_bytes_a_write = 65536;

std::string http_date() {
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

Response plain_answer(int status) {
  Response response;
  response.status = status;
  response.body = std::to_string(status) + " " +
                  std::string(http::obsolete_reason(static_cast<http::status>(status))) + "\n";
  return response;
}

/// The status that tells the client why it is refused; 0: it is gone or too slow, say nothing.
int refusal_status(const error_code& ec) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return 431;
  if (ec == http::error::body_limit) return 413;
  if (ec == http::error::end_of_stream || ec == http::error::partial_message) return 0;
  if (ec.category() == http::make_error_code(http::error::bad_method).category()) return 400;
  return 0;
}

/// What Beast's parser lets through, but this server must not serve.
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

void check_field(std::string_view text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos)
    throw std::invalid_argument("a line break in a response header");
}

/// Throws if the handler made something that cannot be sent.
http::response<http::string_body> to_message(Response& response, unsigned version, bool keep_alive, bool head) {
  if (response.status < 200 || response.status > 599)
    throw std::invalid_argument("response status out of range");
  http::response<http::string_body> message;
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
  message.keep_alive(keep_alive);
  message.erase(http::field::transfer_encoding);
  message.erase(http::field::content_length);
  if (!bodiless) message.content_length(response.body.size());
  if (!bodiless && !head) message.body() = std::move(response.body);
  return message;
}

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

/// Stream: beast::tcp_stream, or a TLS stream over one.
template <class Stream>
class HttpSession final : public Session {
 public:
  HttpSession(Stream stream, std::shared_ptr<const Service> service)
      : stream_(std::move(stream)), service_(std::move(service)) {}

  awaitable<void> run() override {
    auto patience = service_->limits.head_timeout;
    while (!aborted_ && co_await request_begins(patience)) {
      if (!co_await exchange()) break;
      patience = service_->limits.idle_timeout;
    }
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
  auto& socket_layer() { return beast::get_lowest_layer(stream_); }
  bool draining() const { return service_->draining; }

  /// Waits for the first byte of the next request.
  awaitable<bool> request_begins(std::chrono::milliseconds patience) {
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
      std::size_t const count =
          co_await stream_.async_read_some(space, asio::redirect_error(asio::use_awaitable, ec));
      idle_ = false;
      if (ec) co_return false;
      buffer_.commit(count);
    }
  }

  /// One request and its response; false: the connection is done.
  awaitable<bool> exchange() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(service_->limits.header_bytes));
    parser.body_limit(service_->limits.body_bytes);
    socket_layer().expires_after(service_->limits.head_timeout);
    error_code ec;
    co_await http::async_read_header(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, ec));
    int status = ec ? refusal_status(ec) : head_objection(parser.get(), parser.chunked());
    if (!ec && status == 0 && !parser.is_done()) {
      if (beast::iequals(parser.get()[http::field::expect], "100-continue")) co_await send_continue(ec);
      socket_layer().expires_after(service_->limits.body_timeout);
      if (!ec)
        co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, ec));
      if (ec) status = refusal_status(ec);
    }
    socket_layer().expires_never();
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

  Response refusal_answer(int status, http::request_parser<http::string_body>& parser) const {
    if (!service_->refusal) return plain_answer(status);
    // A Content-Length above the limit ends the parsing before the head counts as done, when all of it is there.
    http::request<http::string_body> head;
    head.base() = parser.get().base();
    return service_->refusal(status, plain_request(head));
  }

  awaitable<void> send_continue(error_code& ec) {
    http::response<http::empty_body> message(http::status::continue_, 11);
    socket_layer().expires_after(service_->limits.write_timeout);
    co_await http::async_write(stream_, message, asio::redirect_error(asio::use_awaitable, ec));
  }

  awaitable<Response> answer(const Request& request) {
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
    http::response<http::string_body> message;
    try {
      message = to_message(response, version, keep_alive, head);
    } catch (const std::exception& e) {
      logging::error("response cannot be sent", {{"err", e.what()}});
      response = plain_answer(500);
      message = to_message(response, version, keep_alive, head);
    }
    socket_layer().expires_after(service_->limits.write_timeout);
    http::response_serializer<http::string_body> serializer(message);
    serializer.limit(most_bytes_a_write);
    error_code ec;
    co_await http::async_write(stream_, serializer, asio::redirect_error(asio::use_awaitable, ec));
    co_return !ec && message.keep_alive();
  }

  /// Says why, if there is someone to listen, and takes what the client still sends.
  awaitable<bool> refuse(int status, Response& response) {
    if (status == 0 || aborted_) co_return false;
    co_await send(response, 11, false, false);
    error_code ec;
    socket_layer().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
    socket_layer().expires_after(kLingerTime);
    buffer_.clear();
    for (std::size_t taken = 0; !ec && taken < kLingerBytes;) {
      auto const space = buffer_.prepare(16 * 1024);
      taken += co_await stream_.async_read_some(space, asio::redirect_error(asio::use_awaitable, ec));
    }
    co_return false;
  }

  Stream stream_;
  std::shared_ptr<const Service> service_;
  beast::flat_buffer buffer_;
  bool idle_ = false;
  bool aborted_ = false;
};

}  // namespace

std::shared_ptr<Session> make_session(asio::ip::tcp::socket socket, std::shared_ptr<const Service> service) {
  return std::make_shared<HttpSession<beast::tcp_stream>>(beast::tcp_stream(std::move(socket)),
                                                          std::move(service));
}

}  // namespace fleet::web
