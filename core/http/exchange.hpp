// What both protocols share while one request runs: the step, its time, and where the body goes. Private to
// core/http.
#pragma once

#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/http/client.hpp"

namespace fleet::http {

/// Bytes that a head may take, and interim responses (1xx) before the final one.
inline constexpr std::size_t kHeadBytes = 64 * 1024;
inline constexpr int kInterimResponses = 8;

/// Which step runs and how long each took; makes the Failure of that step.
class Progress {
 public:
  using Clock = Deadline::Clock;

  /// `authority` is named in failures: "send 10.0.0.1:80: ...".
  explicit Progress(std::string authority) : authority_(std::move(authority)) {}

  void enter(Step step, Clock::time_point at = Clock::now());
  Step step() const { return step_; }
  /// Until left(), failures are the proxy's; their time stays where it was spent.
  void reach_for_proxy() { at_proxy_ = true; }
  void leave_proxy() { at_proxy_ = false; }
  const Phases& finish(Clock::time_point at = Clock::now());

  Failure failure(FailureKind kind, const std::string& reason);
  /// Of an error of the stream, in the words of the system.
  Failure failure(const boost::system::error_code& error);
  /// Of a step that knows its own words.
  Failure failure(const net::Failure& failure);

  Peer peer;

 private:
  std::chrono::nanoseconds& current();
  Failure made(Step step, FailureKind kind, const std::string& what);

  std::string authority_;
  Step step_ = Step::resolve;
  bool at_proxy_ = false;
  Clock::time_point began_ = Clock::now();
  Phases phases_;
};

/// Takes the body as it arrives, for the caller's on_body or into Response::body, and knows the limit.
class BodySink {
 public:
  enum class Taken : std::uint8_t {
    more,
    enough,    ///< the caller wants no more
    too_large  ///< the caller's limit is exceeded
  };
  BodySink(const Request& request, Response& response) : request_(request), response_(response) {}
  Taken take(std::string_view bytes);
  bool is_limited() const { return !request_.on_body; }
  bool has_enough() const { return enough_; }

 private:
  const Request& request_;
  Response& response_;
  bool enough_ = false;
};

bool has_header(const Request& request, std::string_view name);
/// Whether the request has a body to announce, be it an empty one.
bool announces_body(const Request& request);
/// Refuses a method, target or header that would write lines of its own: throws a Failure at Step::send.
void check_request(const Request& request, std::string_view target, Progress& progress);

}  // namespace fleet::http
