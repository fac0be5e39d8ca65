// Tells the prober's own starvation from a target's slowness.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <utility>

#include "core/metrics/instruments.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

/// A probe of the prober itself: every 50 ms a byte goes over a loopback connection of its own and back, on the same thread
/// as the attempts. A turn that takes longer than it should means that this thread, the kernel's network or the
/// whole machine did not get to run: what was measured meanwhile says nothing of the targets. One per worker; its
/// thread.
class SelfCanary {
 public:
  using Clock = std::chrono::steady_clock;
  /// A turn later than this is a stall.
  static constexpr std::chrono::milliseconds stall_threshold{100};

  /// `instruments`: slo_prober_stalls_total{worker}, slo_prober_stall_seconds_total{worker},
  /// slo_prober_turn_seconds{worker} (histogram of a turn over loopback).
  SelfCanary(asio::any_io_executor executor, Instruments& instruments, const std::string& worker);
  ~SelfCanary();
  void start();
  void stop();

  /// The longest stall that overlaps [begin, now], a turn that is overdue at `now` included; zero if there was none.
  std::chrono::nanoseconds worst_since(Clock::time_point begin, Clock::time_point now) const;

 private:
  struct State;
  static awaitable<void> run(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// Whether a result depends on how promptly the prober ran: timeouts and the like, not refusals or wrong answers.
bool depends_on_time(Reason reason);

/// Judges a result in the light of a stall: one that depends on time becomes unknown/starved if the stall took at
/// least a tenth of the time that the attempt was given. Returns whether its duration is to be disregarded.
bool judge_starvation(ProbeResult& result, std::chrono::nanoseconds stall, std::chrono::nanoseconds timeout);

}  // namespace fleet::probers
