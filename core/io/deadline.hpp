// Every wait ends: a Deadline travels with each operation, before() enforces it.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace fleet {

namespace asio = boost::asio;
using asio::awaitable;

/// A wait that its deadline ended. what() names what was waited for: "timed out: connect to 10.0.0.1:6379".
class Timeout : public std::runtime_error {
 public:
  explicit Timeout(std::string_view what) : std::runtime_error("timed out: " + std::string(what)) {}
};

/// A point on the steady clock by which an operation must have ended. A value; pass it down unchanged, shorten
/// it with or_after() where one step may not use all of it. Unaffected by changes of the wall clock.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static Deadline at(Clock::time_point when) { return Deadline(when); }
  static Deadline after(Clock::duration length) { return Deadline(Clock::now() + length); }

  Clock::time_point when() const { return when_; }
  /// Time left; zero, never negative, once expired.
  Clock::duration remaining() const {
    auto const left = when_ - Clock::now();
    return left > Clock::duration::zero() ? left : Clock::duration::zero();
  }
  bool expired() const { return Clock::now() >= when_; }
  /// This deadline, or `length` from now if that is sooner.
  Deadline or_after(Clock::duration length) const { return Deadline(std::min(when_, Clock::now() + length)); }

 private:
  explicit Deadline(Clock::time_point when) : when_(when) {}
  Clock::time_point when_;
};

/// Runs `work` until it ends or `deadline` passes, whichever is first. Returns its result, rethrows its
/// exception, or throws Timeout(what) after `work` was cancelled and has unwound. `work` must honour Asio's
/// terminal cancellation (all socket and timer waits do; a name lookup does not, see resolve()). T must be
/// default-constructible.
/// (`op || timer` would wait for the first *success*: a refused connection would read as a timeout.)
template <class T>
awaitable<T> before(Deadline deadline, awaitable<T> work, std::string what) {
  auto const executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, deadline.when());
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(work), asio::deferred), timer.async_wait(asio::deferred));
  if constexpr (std::is_void_v<T>) {
    auto [order, failure, timer_error] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1 && !timer_error) throw Timeout(what);
    if (failure) std::rethrow_exception(failure);
  } else {
    auto [order, failure, result, timer_error] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1 && !timer_error) throw Timeout(what);
    if (failure) std::rethrow_exception(failure);
    co_return std::move(result);
  }
}

}  // namespace fleet
