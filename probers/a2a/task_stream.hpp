// A stream of a task's events: what it says of the task, and when.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "probers/a2a/answers.hpp"
#include "probers/a2a/sse.hpp"

namespace fleet::probers::a2a {

/// Follows the answer to a streaming request from its bytes. Pure but for the times it is given. Comments,
/// events without data and those named ping or heartbeat keep a connection open and count as nothing.
class TaskStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// `sent`: when the request was sent off, its connection not yet made.
  TaskStream(Binding binding, std::string request_id, Clock::time_point sent, std::size_t max_event_bytes);

  /// Takes the next bytes; false once nothing more need be read: the task has ended, the agent waits for
  /// somebody, a message has come, or something that is no event of this stream.
  bool take(std::string_view bytes, Clock::time_point now);
  /// The stream has ended or is given up; gaps count until now unless the task had ended.
  void end(Clock::time_point now);

  /// The event that decided; Answer::working if the stream ended before one did.
  const AnswerReading& outcome() const { return outcome_; }
  bool decided() const { return decided_; }
  bool too_large() const { return decoder_.too_large(); }
  std::size_t events() const { return events_; }
  std::optional<std::chrono::nanoseconds> time_to_first_event() const { return first_; }
  /// The longest time between two events that follow each other; zero if there was one.
  std::chrono::nanoseconds max_gap() const { return max_gap_; }
  /// From the sending to the event that decided.
  std::chrono::nanoseconds duration() const { return last_ - sent_; }
  /// Artifacts as they were put together, messages, the texts of states; the first MiB.
  const std::string& reply() const { return reply_; }
  /// "after 3 events, task state working": for people.
  std::string describe() const;

 private:
  void take_event(const SseEvent& event, Clock::time_point now);
  void add_to_reply(const AnswerReading& reading);

  Binding binding_;
  std::string request_id_;
  Clock::time_point sent_, last_;
  SseDecoder decoder_;
  AnswerReading outcome_;
  bool decided_ = false;
  std::size_t events_ = 0;
  std::optional<std::chrono::nanoseconds> first_;
  std::chrono::nanoseconds max_gap_{0};
  std::string reply_;
};

}  // namespace fleet::probers::a2a
