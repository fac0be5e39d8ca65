// The identity that an attempt carries into the target's own traces, and its explanation for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fleet::probers {

/// W3C Trace Context: the ids of one attempt. Trivially copyable.
struct TraceContext {
  std::uint64_t trace_high = 0, trace_low = 0, span = 0;

  /// Random, never all zero. Any thread.
  static TraceContext make();
  std::string trace_id() const;     ///< 32 lower-case hex digits
  std::string traceparent() const;  ///< "00-<trace id>-<span id>-01"
};

/// Lines of an explanation, each with its time since the beginning. No secrets, no bodies.
class Notes {
 public:
  using Clock = std::chrono::steady_clock;
  void add(std::string line) { lines_.emplace_back(Clock::now() - begin_, std::move(line)); }
  const std::vector<std::pair<std::chrono::nanoseconds, std::string>>& lines() const { return lines_; }

 private:
  Clock::time_point begin_ = Clock::now();
  std::vector<std::pair<std::chrono::nanoseconds, std::string>> lines_;
};

}  // namespace fleet::probers
