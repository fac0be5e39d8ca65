// One value from another thread, awaited under a deadline.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "core/io/deadline.hpp"

namespace fleet::app {

/// Waiting for work that another thread may never finish: unlike before(), wait() does not need that work to
/// unwind. Owned by shared_ptr, so that a late deliver() finds it alive. Holds nothing of the other thread's.
template <class T>
class Mailbox : public std::enable_shared_from_this<Mailbox<T>> {
 public:
  /// `home` is where wait() is called; must outlive every deliver().
  explicit Mailbox(asio::io_context& home) : home_(home), timer_(home) {}

  /// Any thread, once.
  void deliver(T value) {
    asio::post(home_, [self = this->shared_from_this(), value = std::move(value)]() mutable {
      self->value_ = std::move(value);
      self->timer_.cancel();
    });
  }
  /// The value, or nullopt if the deadline passes first; may then be called again. Home thread.
  awaitable<std::optional<T>> wait(Deadline deadline) {
    auto const self = this->shared_from_this();
    boost::system::error_code ignored;
    timer_.expires_at(deadline.when());
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    if (!value_) co_await timer_.async_wait(token);
    co_return std::move(value_);
  }

 private:
  asio::io_context& home_;
  asio::steady_timer timer_;
  std::optional<T> value_;
};

}  // namespace fleet::app
