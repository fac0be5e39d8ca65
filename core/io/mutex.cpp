#include "core/io/mutex.hpp"

#include <boost/asio/redirect_error.hpp>

namespace fleet::io {

struct Mutex::Waiter {
  explicit Waiter(const asio::any_io_executor& executor, Deadline deadline) : wake(executor, deadline.when()) {}
  asio::steady_timer wake;
  bool granted = false;
};

Mutex::Mutex(asio::any_io_executor executor) : executor_(std::move(executor)) {}

namespace {

/// Gives back a turn that was granted to a coroutine which was cancelled before it could use it.
class Place {
 public:
  Place(std::function<void()> leave) : leave_(std::move(leave)) {}
  Place(const Place&) = delete;
  ~Place() {
    if (leave_) leave_();
  }
  void keep() { leave_ = nullptr; }

 private:
  std::function<void()> leave_;
};

}  // namespace

awaitable<Mutex::Lock> Mutex::lock(Deadline deadline) {
  if (!held_) {
    held_ = true;
    co_return Lock(this);
  }
  auto const waiter = std::make_shared<Waiter>(executor_, deadline);
  waiters_.push_back(waiter);
  Place place([this, waiter] {
    waiters_.remove(waiter);
    if (waiter->granted) release();
  });
  boost::system::error_code ignored;
  co_await waiter->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!waiter->granted) throw Timeout("another request on the same connection");
  place.keep();
  co_return Lock(this);
}

void Mutex::release() {
  if (waiters_.empty()) {
    held_ = false;
    return;
  }
  auto const next = waiters_.front();
  waiters_.pop_front();
  next->granted = true;
  next->wake.cancel();
}

}  // namespace fleet::io
