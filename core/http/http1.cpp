#include "core/http/http1.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstring>
#include <memory>
#include <optional>

namespace fleet::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using Error = beast::http::error;

/// Above this a body is sent by itself, rather than copied behind the head.
constexpr std::size_t kSmallBody = 16 * 1024;

/// Bytes that were read and not parsed. Begins small, since most of what waits gets little.
class UnreadBytes {
 public:
  std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }
  bool is_full() const { return end_ - begin_ == kHeadBytes; }

  asio::mutable_buffer space() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ == capacity_ && begin_ > 0) {
      std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == capacity_ || filled_) grow();
    return asio::buffer(data_.get() + end_, capacity_ - end_);
  }

  void add(std::size_t count) {
    end_ += count;
    filled_ = end_ == capacity_;
  }

 private:
  void grow() {
    filled_ = false;
    auto const capacity = std::min(capacity_ == 0 ? 1024 : capacity_ * 4, kHeadBytes);
    if (capacity == capacity_) return;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ > begin_) std::memcpy(larger.get(), data_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
  bool filled_ = false;  // the last read took all the space there was: more waits
};

/// Writes what it parses into the response.
class ResponseParser final : public beast::http::basic_parser<false> {
 public:
  ResponseParser(const Request& request, Response& response, BodySink& sink)
      : response_(response), sink_(sink) {
    response.headers.clear();
    response.content_length.reset();
    header_limit(kHeadBytes);
    if (sink.is_limited())
      body_limit(request.max_body_bytes);
    else
      body_limit(boost::none);
    skip(request.method == "CONNECT" || request.method == "HEAD");
  }

  bool is_interim() const { return response_.status < 200 && response_.status != 101; }

 private:
  using string_view = beast::string_view;

  void on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view, int version, error_code& ec) override {
    if (status < 100) ec = Error::bad_status;
    response_.status = status;
    response_.version = version == 11 ? "1.1" : "1.0";
  }
  void on_field_impl(beast::http::field, string_view name, string_view value, error_code&) override {
    auto& fields = is_header_done() ? response_.trailers : response_.headers;
    fields.emplace_back(name, value);
  }
  void on_header_impl(error_code&) override {
    if (auto const length = content_length()) response_.content_length = *length;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code& ec) override {
    auto const taken = sink_.take({bytes.data(), bytes.size()});
    if (taken == BodySink::Taken::too_large) ec = Error::body_limit;
    if (taken == BodySink::Taken::enough) ec = Error::end_of_stream;
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& ec) override {
    return on_body_impl(bytes, ec);
  }
  void on_finish_impl(error_code&) override {}

  Response& response_;
  BodySink& sink_;
};

Failure parse_failure(const error_code& ec, Progress& progress) {
  auto kind = FailureKind::protocol;
  if (ec == Error::body_limit || ec == Error::header_limit || ec == Error::buffer_overflow)
    kind = FailureKind::too_large;
  if (ec == Error::end_of_stream || ec == Error::partial_message) kind = FailureKind::reset;
  return progress.failure(kind, ec.message());
}

/// Makes a response of the bytes that arrive; what happens between reads.
class ResponseReader {
 public:
  ResponseReader(const Request& request, Progress& progress, Response& response)
      : request_(request), progress_(progress), response_(response), sink_(request, response) {
    parser_.emplace(request, response, sink_);
  }

  bool is_done() const { return done_; }
  asio::mutable_buffer space() { return unread_.space(); }

  void add(std::size_t count) {
    unread_.add(count);
    if (!began_) began_ = Progress::Clock::now();
    while (!done_ && !unread_.bytes().empty()) {
      auto const bytes = unread_.bytes();
      error_code ec;
      bool const in_head = !parser_->is_header_done();
      auto const consumed = parser_->put(asio::buffer(bytes.data(), bytes.size()), ec);
      unread_.consume(consumed);
      if (ec == Error::need_more) break;
      if (ec) return fail(ec, in_head);
      if (in_head && parser_->is_header_done()) take_head();
      done_ = parser_->is_done();
    }
    // Neither a head, nor the frame around a chunk, nor trailers may go on forever.
    if (!done_ && unread_.is_full()) throw parse_failure(Error::buffer_overflow, progress_);
  }

  void add_end() {
    if (!parser_->got_some()) throw parse_failure(Error::end_of_stream, progress_);
    error_code ec;
    parser_->put_eof(ec);
    if (ec) throw parse_failure(ec, progress_);
    done_ = true;
  }

 private:
  void fail(const error_code& ec, bool in_head) {
    done_ = sink_.has_enough();
    if (done_) return;
    if (in_head && ec == Error::body_limit) progress_.enter(Step::transfer, *began_);
    throw parse_failure(ec, progress_);
  }

  void take_head() {
    if (parser_->is_interim()) {
      if (++interim_ == kInterimResponses)
        throw progress_.failure(FailureKind::protocol, "too many interim responses");
      parser_.emplace(request_, response_, sink_);
      began_.reset();
      if (!unread_.bytes().empty()) began_ = Progress::Clock::now();
      return;
    }
    // The head's first byte ends the server's processing.
    progress_.enter(Step::transfer, *began_);
    if (request_.on_head) request_.on_head(response_);
    parser_->eager(true);
  }

  const Request& request_;
  Progress& progress_;
  Response& response_;
  BodySink sink_;
  std::optional<ResponseParser> parser_;
  UnreadBytes unread_;
  std::optional<Progress::Clock::time_point> began_;
  int interim_ = 0;
  bool done_ = false;
};

}  // namespace

std::string http1_request_head(const Request& request, const std::string& target) {
  std::string head;
  head.reserve(256 + target.size());
  auto const add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  auto const add_if_absent = [&](std::string_view name, std::string_view value) {
    if (!has_header(request, name)) add(name, value);
  };
  bool const connect = request.method == "CONNECT";
  head.append(request.method).append(" ").append(target).append(" HTTP/1.1\r\n");
  add_if_absent("Host", connect ? target : request.url.authority());
  add_if_absent("User-Agent", "legalllm-fleet");
  if (!connect) add_if_absent("Connection", "close");
  if (announces_body(request)) add_if_absent("Content-Length", std::to_string(request.body.size()));
  for (auto const& [name, value] : request.headers) add(name, value);
  return head.append("\r\n");
}

awaitable<void> exchange_http1(net::Stream& stream, const Request& request, const std::string& target,
                               Progress& progress, Response& response) {
  progress.enter(Step::send);
  check_request(request, target, progress);
  error_code send_error;
  try {
    auto text = http1_request_head(request, target);
    bool const small = request.body.size() <= kSmallBody;
    if (small) text += request.body;
    co_await stream.write(text);
    if (!small) co_await stream.write(request.body);
  } catch (const boost::system::system_error& error) {
    send_error = error.code();
  }
  // A server may answer (say 413) and close before it has taken the whole request.
  if (send_error && net::kind_of(send_error, Step::send) != FailureKind::reset)
    throw progress.failure(send_error);
  if (!send_error) progress.enter(Step::processing);

  ResponseReader reader(request, progress, response);
  while (!reader.is_done()) {
    std::size_t count = 0;
    error_code error;
    try {
      count = co_await stream.read_some(reader.space());
    } catch (const boost::system::system_error& failure) {
      error = failure.code();
    }
    if (send_error && (error || count == 0) && response.status == 0) throw progress.failure(send_error);
    if (error) throw progress.failure(error);
    if (count == 0)
      reader.add_end();
    else
      reader.add(count);
  }
}

}  // namespace fleet::http
