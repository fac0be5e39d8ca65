// The far end of a dead man's switch: what a service outside the stack does with Alertmanager's Watchdog.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

#include "demo/receiver/notification.hpp"

namespace fleet::receiver {

/// Raises one alarm when beats have come and then stopped, and takes it back with the next beat. Before the
/// first beat it is silent: nothing is known to be alive yet. Lives on the thread of `io`.
class DeadMan {
 public:
  /// `alarm` gets a page, firing or resolved. A beat is late once `patience` has passed since the last.
  DeadMan(boost::asio::io_context& io, std::chrono::milliseconds patience,
          std::function<void(Notification)> alarm);
  void beat();

 private:
  void report(const char* status) const;

  std::chrono::milliseconds patience_;
  std::function<void(Notification)> alarm_;
  boost::asio::steady_timer timer_;
  bool missing_ = false;
};

}  // namespace fleet::receiver
