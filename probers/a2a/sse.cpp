#include "probers/a2a/sse.hpp"

#include <algorithm>
#include <utility>

namespace fleet::probers::a2a {

void SseDecoder::feed(std::string_view bytes) {
  buffer_.erase(0, used_);
  used_ = 0;
  if (!too_large_) buffer_ += bytes;
}

std::optional<std::string_view> SseDecoder::line() {
  std::string_view rest = std::string_view(buffer_).substr(used_);
  if (after_cr_ && !rest.empty()) {
    after_cr_ = false;
    if (rest.front() == '\n') {
      ++used_;
      rest.remove_prefix(1);
    }
  }
  auto const end = rest.find_first_of("\r\n", scanned_);
  if (end == std::string_view::npos) {
    scanned_ = rest.size();
    return std::nullopt;
  }
  scanned_ = 0;
  after_cr_ = rest[end] == '\r';
  used_ += end + 1;
  return rest.substr(0, end);
}

void SseDecoder::take_field(std::string_view line) {
  auto const colon = line.find(':');
  auto const name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (name == "event") {
    event_.type = value.empty() ? "message" : std::string(value.substr(0, 100));
  }
}

std::optional<SseEvent> SseDecoder::next() {
  if (at_begin_) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    auto const head = std::string_view(buffer_).substr(0, mark.size());
    if (head.size() < mark.size() && mark.starts_with(head)) return std::nullopt;
    if (head == mark) used_ += mark.size();
    at_begin_ = false;
  }
  while (!too_large_) {
    auto const one = line();
    if (!one) {
      too_large_ = buffer_.size() - used_ + event_.data.size() > max_event_bytes_;
      break;
    }
    if (one->empty()) {
      bool const complete = std::exchange(has_data_, false);
      auto event = std::exchange(event_, SseEvent());
      if (complete) return event;
      continue;
    }
    take_field(*one);
    too_large_ = event_.data.size() > max_event_bytes_;
  }
  return std::nullopt;
}

}  // namespace fleet::probers::a2a
