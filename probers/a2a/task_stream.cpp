#include "probers/a2a/task_stream.hpp"

#include <algorithm>

namespace fleet::probers::a2a {

namespace {

bool keeps_alive(const SseEvent& event) {
  return event.data.empty() || event.type == "ping" || event.type == "heartbeat" || event.type == "keepalive" ||
         event.type == "keep-alive";
}

}  // namespace

TaskStream::TaskStream(Binding binding, std::string request_id, Clock::time_point sent,
                       std::size_t max_event_bytes)
    : binding_(binding),
      request_id_(std::move(request_id)),
      sent_(sent),
      last_(sent),
      decoder_(max_event_bytes) {
  outcome_.answer = Answer::working;
}

bool TaskStream::take(std::string_view bytes, Clock::time_point now) {
  decoder_.feed(bytes);
  while (!decided_) {
    auto const event = decoder_.next();
    if (!event) break;
    if (!keeps_alive(*event)) take_event(*event, now);
  }
  return !decided_ && !decoder_.too_large();
}

void TaskStream::take_event(const SseEvent& event, Clock::time_point now) {
  ++events_;
  if (first_) max_gap_ = std::max(max_gap_, std::chrono::nanoseconds(now - last_));
  if (!first_) first_ = now - sent_;
  last_ = now;
  auto reading = read_event(binding_, event.data, request_id_);
  add_to_reply(reading);
  if (reading.answer == Answer::artifact) return;
  bool const under_way = reading.answer == Answer::working && !reading.last;
  outcome_ = std::move(reading);
  decided_ = !under_way;
}

void TaskStream::add_to_reply(const AnswerReading& reading) {
  constexpr std::size_t most = 1024 * 1024;
  if (reading.text.empty() || reply_.size() >= most) return;
  if (!reading.appends && !reply_.empty()) reply_ += '\n';
  reply_.append(reading.text, 0, most - std::min(most, reply_.size()));
}

void TaskStream::end(Clock::time_point now) {
  if (!decided_ && first_) max_gap_ = std::max(max_gap_, std::chrono::nanoseconds(now - last_));
}

std::string TaskStream::describe() const {
  if (events_ == 0) return "before the first event";
  auto text = "after " + std::to_string(events_) + (events_ == 1 ? " event" : " events");
  if (!outcome_.detail.empty()) text += ", " + outcome_.detail;
  return text;
}

}  // namespace fleet::probers::a2a
