#include "demo/receiver/dead_man.hpp"

#include <utility>

namespace fleet::receiver {

DeadMan::DeadMan(boost::asio::io_context& io, std::chrono::milliseconds patience,
                 std::function<void(Notification)> alarm)
    : patience_(patience), alarm_(std::move(alarm)), timer_(io) {}

void DeadMan::beat() {
  if (std::exchange(missing_, false)) report("resolved");
  timer_.expires_after(patience_);
  timer_.async_wait([this](const boost::system::error_code& aborted) {
    if (aborted) return;
    missing_ = true;
    report("firing");
  });
}

void DeadMan::report(const char* status) const {
  Notification notification;
  notification.received = std::chrono::system_clock::now();
  notification.channel = "page";
  notification.recipient = "dead-man";
  notification.status = status;
  notification.alertname = "DeadMansSwitch";
  notification.labels = {{"alertname", notification.alertname}, {"sev", "1"}};
  notification.summary = "The Watchdog of Prometheus and Alertmanager is not heard.";
  notification.text = "Since then no alert would arrive either.";
  alarm_(std::move(notification));
}

}  // namespace fleet::receiver
