// The answer to a streaming request: a stream of events, or something else.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "probers/a2a/task_stream.hpp"
#include "probers/a2a/verdict.hpp"
#include "probers/probe.hpp"

namespace fleet::probers::a2a {

/// Takes the response as it arrives and judges it, step "stream". Pure but for the times it is given.
class StreamedAnswer {
 public:
  using Clock = TaskStream::Clock;

  /// `limit`: bytes of an event, or of an answer that is no stream. `sent`: when the request was sent off.
  StreamedAnswer(Binding binding, std::string request_id, Clock::time_point sent, std::size_t limit);

  void head(int http_status, std::string_view content_type);
  /// False once nothing more need be read.
  bool take(std::string_view bytes, Clock::time_point now);
  void end(Clock::time_point now) { events_.end(now); }

  bool is_stream() const { return is_stream_; }
  int http_status() const { return http_status_; }
  const TaskStream& events() const { return events_; }
  /// Errors of the protocol may come as a plain answer; any other plain answer is Reason::a2a_stream.
  void judge(const ReplyExpectations& expectations, ProbeResult& result) const;

 private:
  Binding binding_;
  std::string request_id_;
  std::size_t limit_;
  TaskStream events_;
  bool is_stream_ = false;
  int http_status_ = 0;
  std::string body_;  // of what is no stream
};

}  // namespace fleet::probers::a2a
