#include "demo/receiver/journal.hpp"

#include <utility>

namespace fleet::receiver {

constexpr std::size_t kept = 1000;

Journal::Journal(std::function<void(const std::string&)> print) : print_(std::move(print)) {}

void Journal::add(Notification notification) {
  print_(line(notification));
  entries_.push_back(std::move(notification));
  if (entries_.size() > kept) entries_.pop_front();
}

std::vector<Notification> Journal::entries() const { return {entries_.begin(), entries_.end()}; }

}  // namespace fleet::receiver
