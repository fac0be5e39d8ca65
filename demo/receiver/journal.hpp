// The last notifications, for who asks later.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "demo/receiver/notification.hpp"

namespace fleet::receiver {

/// Keeps the last 1000 notifications and prints each as it comes. One thread.
class Journal {
 public:
  /// `print` gets one line, without its end, for each notification.
  explicit Journal(std::function<void(const std::string&)> print);
  void add(Notification notification);
  /// Oldest first.
  std::vector<Notification> entries() const;

 private:
  std::function<void(const std::string&)> print_;
  std::deque<Notification> entries_;
};

}  // namespace fleet::receiver
