#include "core/http/client.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <system_error>

#include "core/http/tls.hpp"
#include "core/io/resolve.hpp"

namespace fleet::http {
namespace {

namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Message = beast::http::request<beast::http::string_body>;
using Parser = beast::http::response_parser<beast::http::string_body>;

constexpr std::uint32_t kHeadBytes = 64 * 1024;
constexpr int kInterimResponses = 8;

/// Which step runs and how long each took; turns an error into the Failure of that step.
class Progress {
 public:
  explicit Progress(std::string authority) : authority_(std::move(authority)) {}

  void enter(Step step) {
    auto const now = Deadline::Clock::now();
    current() += now - began_;
    began_ = now;
    step_ = step;
  }
  const Phases& finish() {
    enter(step_);
    return phases_;
  }
  Step step() const { return step_; }

  Failure failure(FailureKind kind, const std::string& reason) {
    finish();
    return {step_, kind, phases_, std::string(to_string(step_)) + " " + authority_ + ": " + reason};
  }

 private:
  std::chrono::nanoseconds& current() {
    switch (step_) {
      case Step::resolve:
        return phases_.resolve;
      case Step::connect:
        return phases_.connect;
      case Step::tls:
        return phases_.tls;
      case Step::send:
      case Step::processing:
        return phases_.processing;
      case Step::transfer:
        break;
    }
    return phases_.transfer;
  }

  std::string authority_;
  Step step_ = Step::resolve;
  Deadline::Clock::time_point began_ = Deadline::Clock::now();
  Phases phases_;
};

FailureKind kind_of_http_error(const error_code& ec) {
  using Error = beast::http::error;
  if (ec == Error::body_limit || ec == Error::header_limit || ec == Error::buffer_overflow)
    return FailureKind::too_large;
  if (ec == Error::end_of_stream || ec == Error::partial_message) return FailureKind::reset;
  return FailureKind::protocol;
}

FailureKind kind_of(const error_code& ec, Step step) {
  namespace errc = boost::system::errc;
  // A cancelled operation is one whose caller's deadline has passed.
  if (ec == beast::error::timeout || ec == errc::timed_out || ec == asio::error::operation_aborted)
    return FailureKind::timeout;
  if (step == Step::resolve) return FailureKind::name;
  if (ec == errc::connection_refused) return FailureKind::refused;
  if (ec == errc::connection_reset || ec == errc::connection_aborted || ec == errc::broken_pipe ||
      ec == errc::not_connected || ec == asio::error::eof || ec == ssl::error::stream_truncated)
    return FailureKind::reset;
  if (ec.category() == beast::http::make_error_code(beast::http::error::bad_method).category())
    return kind_of_http_error(ec);
  if (ec.category() == asio::error::get_ssl_category() || ec.category() == ssl::error::get_stream_category())
    return FailureKind::tls;
  return step == Step::connect ? FailureKind::unreachable : FailureKind::reset;
}

[[noreturn]] void fail(Progress& progress, const error_code& ec) {
  auto const kind = kind_of(ec, progress.step());
  throw progress.failure(kind, kind == FailureKind::timeout ? "timed out" : ec.message());
}

bool is_token(std::string_view text) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kSymbols.find(c) != kSymbols.npos;
  });
}

Message to_message(Request& request, Progress& progress) {
  progress.enter(Step::send);
  if (!is_token(request.method)) throw progress.failure(FailureKind::protocol, "invalid request method");
  if (request.url.target.find_first_of(std::string_view(" \r\n\0", 4)) != std::string::npos)
    throw progress.failure(FailureKind::protocol, "invalid request target");
  Message message;
  message.version(11);
  message.method_string(request.method);
  message.target(request.url.target);
  message.set(beast::http::field::host, request.url.authority());
  message.set(beast::http::field::user_agent, "legalllm-fleet");
  message.set(beast::http::field::connection, "close");
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH")
    message.content_length(request.body.size());
  for (auto const& [name, value] : request.headers) {
    if (!is_token(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos)
      throw progress.failure(FailureKind::protocol, "invalid request header");
    message.erase(name);
  }
  for (auto const& [name, value] : request.headers) message.insert(name, value);
  message.body() = std::move(request.body);
  return message;
}

Response to_response(Parser& parser) {
  Response response;
  auto& message = parser.get();
  response.status = static_cast<int>(message.result_int());
  for (auto const& field : message) response.headers.emplace_back(field.name_string(), field.value());
  response.body = std::move(message.body());
  return response;
}

/// Reads heads until one is of a final response.
template <class Stream>
awaitable<void> read_head(Stream& stream, beast::flat_buffer& buffer, std::optional<Parser>& parser,
                          const Request& request, error_code& ec) {
  for (int i = 0; i < kInterimResponses; ++i) {
    parser.emplace();
    parser->header_limit(kHeadBytes);
    parser->body_limit(request.max_body_bytes);
    parser->skip(request.method == "HEAD");
    co_await beast::http::async_read_header(stream, buffer, *parser,
                                            asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return;
    auto const status = parser->get().result_int();
    if (status < 100) ec = beast::http::error::bad_status;
    if (ec) co_return;
    if (status >= 200 || status == 101) co_return;
  }
  ec = beast::http::error::unexpected_body;
}

template <class Stream>
awaitable<Response> exchange(Stream& stream, Request& request, Progress& progress) {
  Message message = to_message(request, progress);
  beast::flat_buffer buffer;
  std::optional<Parser> parser;
  error_code send_error;
  co_await beast::http::async_write(stream, message, asio::redirect_error(asio::use_awaitable, send_error));
  if (send_error && kind_of(send_error, Step::send) != FailureKind::reset) fail(progress, send_error);

  // A server may answer (say 413) and close before it has taken the whole request.
  if (!send_error) progress.enter(Step::processing);
  error_code ec;
  co_await read_head(stream, buffer, parser, request, ec);
  if (ec && send_error) fail(progress, send_error);
  if (ec == beast::http::error::body_limit) progress.enter(Step::transfer);
  if (ec) fail(progress, ec);

  progress.enter(Step::transfer);
  if (!parser->is_done())
    co_await beast::http::async_read(stream, buffer, *parser, asio::redirect_error(asio::use_awaitable, ec));
  if (ec) fail(progress, ec);
  Response response = to_response(*parser);
  response.phases = progress.finish();
  co_return response;
}

awaitable<void> handshake(ssl::stream<beast::tcp_stream>& stream, const std::string& name, bool verify,
                          Progress& progress) {
  expect_server(stream.native_handle(), name, verify);
  error_code ec;
  co_await stream.async_handshake(ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, ec));
  if (!ec) co_return;
  auto const problem = verify ? certificate_problem(stream.native_handle()) : std::string();
  if (!problem.empty()) throw progress.failure(FailureKind::certificate, problem);
  fail(progress, ec);
}

}  // namespace

struct Client::Impl {
  /// The CA bundle is parsed here, once, outside of any phase that is timed.
  ssl::context& context() {
    if (!parsed) parsed = make_tls_context(tls);
    return *parsed;
  }

  static awaitable<Response> send(std::shared_ptr<Impl> self, Request request, Deadline deadline);
  static awaitable<Response> attempt(Impl& self, Request& request, Deadline deadline, Progress& progress);

  TlsOptions tls;
  std::unique_ptr<ssl::context> parsed;
};

awaitable<Response> Client::Impl::attempt(Impl& self, Request& request, Deadline deadline, Progress& progress) {
  // Timers only end waits: an operation that needs none would still succeed.
  if (deadline.expired()) throw Timeout("request");
  auto endpoints = co_await io::resolve(request.url.host, request.url.port, deadline);
  progress.enter(Step::connect);
  auto socket = co_await io::connect(std::move(endpoints), deadline);
  beast::tcp_stream plain(std::move(socket));
  plain.expires_at(deadline.when());
  if (!request.url.tls) co_return co_await exchange(plain, request, progress);

  progress.enter(Step::tls);
  ssl::stream<beast::tcp_stream> secure(std::move(plain), *self.parsed);
  auto const& name = self.tls.server_name.empty() ? request.url.host : self.tls.server_name;
  co_await handshake(secure, name, !self.tls.insecure_skip_verify, progress);
  auto const expiry = earliest_expiry(secure.native_handle());
  Response response = co_await exchange(secure, request, progress);
  response.earliest_certificate_expiry = expiry;
  co_return response;
}

awaitable<Response> Client::Impl::send(std::shared_ptr<Impl> self, Request request, Deadline deadline) {
  auto const authority = request.url.authority();
  if (request.url.tls) {
    try {
      self->context();
    } catch (const std::exception& e) {
      throw Failure(Step::tls, FailureKind::tls, {}, "tls " + authority + ": " + e.what());
    }
  }
  Progress progress(authority);
  try {
    co_return co_await attempt(*self, request, deadline, progress);
  } catch (const Failure&) {
    throw;
  } catch (const Timeout&) {
    throw progress.failure(FailureKind::timeout, "timed out");
  } catch (const boost::system::system_error& e) {  // not a std::system_error
    fail(progress, e.code());
  } catch (const std::system_error& e) {
    fail(progress, error_code(e.code().value(), boost::system::system_category()));
  } catch (const std::exception& e) {
    throw progress.failure(FailureKind::protocol, e.what());
  }
}

Client::Client(TlsOptions tls) : impl_(std::make_shared<Impl>()) { impl_->tls = std::move(tls); }

Client::~Client() = default;

awaitable<Response> Client::send(Request request, Deadline deadline) {
  return Impl::send(impl_, std::move(request), deadline);
}

std::string_view Response::header(std::string_view name) const {
  for (auto const& [key, value] : headers)
    if (beast::iequals(key, name)) return value;
  return {};
}

std::string_view to_string(Step step) {
  switch (step) {
    case Step::resolve:
      return "resolve";
    case Step::connect:
      return "connect";
    case Step::tls:
      return "tls";
    case Step::send:
      return "send";
    case Step::processing:
      return "processing";
    case Step::transfer:
      break;
  }
  return "transfer";
}

std::string_view to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::timeout:
      return "timeout";
    case FailureKind::refused:
      return "refused";
    case FailureKind::reset:
      return "reset";
    case FailureKind::unreachable:
      return "unreachable";
    case FailureKind::name:
      return "name";
    case FailureKind::certificate:
      return "certificate";
    case FailureKind::tls:
      return "tls";
    case FailureKind::protocol:
      return "protocol";
    case FailureKind::too_large:
      break;
  }
  return "too_large";
}

}  // namespace fleet::http
