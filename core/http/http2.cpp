#include "core/http/http2.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>

#include "core/http/ascii_case.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::http {
namespace {

/// Nothing received is kept here, so that a window costs no memory.
constexpr std::int32_t kWindow = 1024 * 1024;
constexpr std::size_t kFirstReadBytes = 4 * 1024;
constexpr std::size_t kReadBytes = 64 * 1024;

std::string_view view(const std::uint8_t* bytes, std::size_t length) {
  return {reinterpret_cast<const char*>(bytes), length};
}

/// Headers about an HTTP/1.1 connection, which HTTP/2 forbids (RFC 9113 section 8.2.2).
bool is_of_connection(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 5> kNames{"connection", "keep-alive", "proxy-connection",
                                                   "transfer-encoding", "upgrade"};
  return std::ranges::find(kNames, name) != kNames.end() || (name == "te" && value != "trailers");
}

/// The pseudo-headers and headers of a request, names in lower case. Owns the texts that nghttp2 points at.
class RequestFields {
 public:
  explicit RequestFields(const Request& request) {
    std::string authority = request.url.authority();
    for (auto const& [name, value] : request.headers)
      if (equal_ignoring_case(name, "host")) authority = value;
    add(":method", request.method);
    add(":scheme", request.url.tls ? "https" : "http");
    add(":authority", authority);
    add(":path", request.url.target);
    if (!has_header(request, "User-Agent")) add("user-agent", "legalllm-fleet");
    if (announces_body(request) && !has_header(request, "Content-Length"))
      add("content-length", std::to_string(request.body.size()));
    for (auto const& [name, value] : request.headers) {
      auto small = ascii_lower(name);
      if (small != "host" && !is_of_connection(small, value)) add(std::move(small), value);
    }
    for (auto& [name, value] : texts_)
      fields_.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  const nghttp2_nv* data() const { return fields_.data(); }
  std::size_t size() const { return fields_.size(); }

 private:
  static std::uint8_t* bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }
  void add(std::string name, std::string value) { texts_.emplace_back(std::move(name), std::move(value)); }

  std::vector<std::pair<std::string, std::string>> texts_;
  std::vector<nghttp2_nv> fields_;
};

/// One nghttp2 session with one request; a pure state machine between reads and writes.
class Exchange {
 public:
  Exchange(const Request& request, Progress& progress, Response& response);

  bool is_done() const { return done_; }
  /// What is to be sent next; empty if nothing. Valid until the next call.
  std::string_view take_output();
  /// Whether the whole request has been handed out by take_output().
  bool is_sent() const { return body_sent_ == request_.body.size(); }
  void add(std::string_view input);
  /// After all output: throws if nghttp2 has ended the session because of what the server sent.
  void check_alive() const;
  /// The server closed the connection.
  Failure cut() const { return progress_.failure(FailureKind::reset, "connection closed before the response"); }

 private:
  template <class Work>
  int guarded(Work&& work) {
    try {
      return work();
    } catch (...) {
      failure_ = std::current_exception();
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }
  void submit();
  void check(int result) const;
  void add_header(std::string_view name, std::string_view value);
  void finish_frame(const nghttp2_frame_hd& frame);
  void finish_head(bool body_follows);
  int add_body(std::string_view bytes);
  void close(std::uint32_t code);

  static nghttp2_session_callbacks* callbacks();

  const Request& request_;
  Progress& progress_;
  Response& response_;
  BodySink sink_;
  std::unique_ptr<nghttp2_session, decltype(&nghttp2_session_del)> session_;
  std::int32_t stream_ = -1;
  std::size_t body_sent_ = 0, header_bytes_ = 0;
  int interim_ = 0;
  bool head_done_ = false, done_ = false;
  std::optional<std::uint32_t> goaway_;
  std::optional<Progress::Clock::time_point> began_;
  std::exception_ptr failure_;
};

nghttp2_session_callbacks* Exchange::callbacks() {
  static nghttp2_session_callbacks* const all = [] {  // lives as long as the process
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_headers_callback(
        made, [](nghttp2_session*, const nghttp2_frame*, void* self) {
          auto& exchange = *static_cast<Exchange*>(self);
          if (!exchange.head_done_) exchange.began_ = Progress::Clock::now();
          return 0;
        });
    nghttp2_session_callbacks_set_on_header_callback(
        made, [](nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_length,
                 const std::uint8_t* value, std::size_t value_length, std::uint8_t, void* self) {
          auto& exchange = *static_cast<Exchange*>(self);
          return exchange.guarded([&] {
            exchange.add_header(view(name, name_length), view(value, value_length));
            return 0;
          });
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        made, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
          auto& exchange = *static_cast<Exchange*>(self);
          if (frame->hd.type == NGHTTP2_GOAWAY) exchange.goaway_ = frame->goaway.error_code;
          if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
          return exchange.guarded([&] {
            exchange.finish_frame(frame->hd);
            return 0;
          });
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        made, [](nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t length,
                 void* self) {
          auto& exchange = *static_cast<Exchange*>(self);
          return exchange.guarded([&] { return exchange.add_body(view(data, length)); });
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        made, [](nghttp2_session*, std::int32_t, std::uint32_t code, void* self) {
          auto& exchange = *static_cast<Exchange*>(self);
          return exchange.guarded([&] {
            exchange.close(code);
            return 0;
          });
        });
    return made;
  }();
  return all;
}

Exchange::Exchange(const Request& request, Progress& progress, Response& response)
    : request_(request),
      progress_(progress),
      response_(response),
      sink_(request, response),
      session_(nullptr, nghttp2_session_del) {
  nghttp2_session* session = nullptr;
  check(nghttp2_session_client_new(&session, callbacks(), this));
  session_.reset(session);
  submit();
}

void Exchange::check(int result) const {
  if (result < 0) throw progress_.failure(FailureKind::protocol, nghttp2_strerror(result));
}

void Exchange::submit() {
  std::array<nghttp2_settings_entry, 3> const settings{
      nghttp2_settings_entry{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      nghttp2_settings_entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow},
      nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kHeadBytes}};
  check(nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
  check(nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0, kWindow));
  nghttp2_data_provider body{};
  body.source.ptr = this;
  body.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t length,
                          std::uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
    auto& self = *static_cast<Exchange*>(source->ptr);
    auto const count = std::min(length, self.request_.body.size() - self.body_sent_);
    std::memcpy(into, self.request_.body.data() + self.body_sent_, count);
    self.body_sent_ += count;
    if (self.is_sent()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  };
  RequestFields const fields(request_);
  stream_ = nghttp2_submit_request(session_.get(), nullptr, fields.data(), fields.size(),
                                   request_.body.empty() ? nullptr : &body, nullptr);
  check(stream_);
}

std::string_view Exchange::take_output() {
  const std::uint8_t* bytes = nullptr;
  auto const length = nghttp2_session_mem_send(session_.get(), &bytes);
  if (failure_) std::rethrow_exception(failure_);
  check(static_cast<int>(length));
  return view(bytes, static_cast<std::size_t>(length));
}

void Exchange::add(std::string_view input) {
  auto const taken = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  if (failure_) std::rethrow_exception(failure_);
  if (done_) return;
  check(static_cast<int>(std::min<ssize_t>(taken, 0)));
}

void Exchange::check_alive() const {
  if (!done_ && nghttp2_session_want_read(session_.get()) == 0)
    throw progress_.failure(FailureKind::protocol, "not HTTP/2, or against its rules");
}

void Exchange::add_header(std::string_view name, std::string_view value) {
  header_bytes_ += name.size() + value.size() + 32;  // as SETTINGS_MAX_HEADER_LIST_SIZE counts
  if (header_bytes_ > kHeadBytes) throw progress_.failure(FailureKind::too_large, "header limit exceeded");
  if (head_done_) {
    response_.trailers.emplace_back(name, value);
    return;
  }
  if (name == ":status") {
    response_.status = 0;
    std::from_chars(value.data(), value.data() + value.size(), response_.status);
    return;
  }
  if (equal_ignoring_case(name, "content-length")) {
    if (auto const length = parse_number<std::uint64_t>(value)) response_.content_length = *length;
  }
  response_.headers.emplace_back(name, value);
}

void Exchange::finish_frame(const nghttp2_frame_hd& frame) {
  bool const end = (frame.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame.type == NGHTTP2_HEADERS && !head_done_) finish_head(!end);
  // A whole response is one, even if the server does not want the rest of the request.
  if (end && head_done_) done_ = true;
}

void Exchange::finish_head(bool body_follows) {
  if (response_.status < 200) {
    if (++interim_ == kInterimResponses)
      throw progress_.failure(FailureKind::protocol, "too many interim responses");
    response_.headers.clear();
    response_.content_length.reset();
    return;
  }
  head_done_ = true;
  response_.version = "2.0";
  progress_.enter(Step::transfer, *began_);
  if (body_follows && request_.method != "HEAD" && sink_.is_limited() &&
      response_.content_length.value_or(0) > request_.max_body_bytes)
    throw progress_.failure(FailureKind::too_large, "body limit exceeded");
  if (request_.on_head) request_.on_head(response_);
}

int Exchange::add_body(std::string_view bytes) {
  switch (sink_.take(bytes)) {
    case BodySink::Taken::more:
      return 0;
    case BodySink::Taken::enough:
      done_ = true;
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    case BodySink::Taken::too_large:
      break;
  }
  throw progress_.failure(FailureKind::too_large, "body limit exceeded");
}

void Exchange::close(std::uint32_t code) {
  if (done_) return;
  auto reason = goaway_ ? std::string("the server went away, ") : std::string("the server ended the stream, ");
  reason += nghttp2_http2_strerror(goaway_ && *goaway_ != NGHTTP2_NO_ERROR ? *goaway_ : code);
  // Our own complaint about what the server sent, or its word.
  auto const kind = code == NGHTTP2_PROTOCOL_ERROR ? FailureKind::protocol : FailureKind::reset;
  throw progress_.failure(kind, reason);
}

}  // namespace

awaitable<void> exchange_http2(net::Stream& stream, const Request& request, Progress& progress,
                               Response& response) {
  progress.enter(Step::send);
  check_request(request, request.url.target, progress);
  Exchange exchange(request, progress, response);
  std::unique_ptr<char[]> buffer;
  std::size_t capacity = 0, count = 0;
  while (!exchange.is_done()) {
    for (;;) {
      auto const output = exchange.take_output();
      if (output.empty()) break;
      try {
        co_await stream.write(output);
      } catch (const boost::system::system_error& error) {
        throw progress.failure(error.code());
      }
    }
    exchange.check_alive();
    if (progress.step() == Step::send && exchange.is_sent()) progress.enter(Step::processing);
    if (capacity == 0 || (count == capacity && capacity < kReadBytes)) {
      capacity = capacity == 0 ? kFirstReadBytes : kReadBytes;
      buffer = std::make_unique_for_overwrite<char[]>(capacity);
    }
    try {
      count = co_await stream.read_some(asio::buffer(buffer.get(), capacity));
    } catch (const boost::system::system_error& error) {
      throw progress.failure(error.code());
    }
    if (count == 0) throw exchange.cut();
    exchange.add(std::string_view(buffer.get(), count));
  }
}

}  // namespace fleet::http
