#include "core/io/mutex.hpp"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "tests/core/io/run_coroutine.hpp"

using namespace fleet;
using namespace std::chrono_literals;

namespace {

awaitable<void> pause(std::chrono::milliseconds wait) {
  asio::steady_timer timer(co_await asio::this_coro::executor, wait);
  co_await timer.async_wait(asio::use_awaitable);
}

awaitable<void> enter(io::Mutex& mutex, int id, std::vector<int>& order, int& inside) {
  auto const lock = co_await mutex.lock(Deadline::after(10s));
  CHECK(++inside == 1);
  order.push_back(id);
  co_await pause(2ms);
  --inside;
}

awaitable<void> give_up(io::Mutex& mutex, bool& timed_out) {
  try {
    auto const lock = co_await mutex.lock(Deadline::after(5ms));
  } catch (const Timeout&) {
    timed_out = true;
  }
}

awaitable<void> hold(io::Mutex& mutex, std::chrono::milliseconds length) {
  auto const lock = co_await mutex.lock(Deadline::after(10s));
  co_await pause(length);
}

awaitable<void> take(io::Mutex& mutex) { auto const lock = co_await mutex.lock(Deadline::after(10s)); }

awaitable<void> cancelled_waiter(io::Mutex& mutex) {
  co_await before(Deadline::after(5ms), take(mutex), "the lock");
}

}  // namespace

TEST_CASE("one coroutine at a time, in order of arrival") {
  asio::io_context io;
  io::Mutex mutex(io.get_executor());
  std::vector<int> order;
  int inside = 0;
  for (int i = 0; i < 5; ++i) asio::co_spawn(io, enter(mutex, i, order, inside), asio::detached);
  io.run();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("a waiter whose deadline passes throws and leaves the queue") {
  asio::io_context io;
  io::Mutex mutex(io.get_executor());
  bool timed_out = false;
  asio::co_spawn(io, hold(mutex, 50ms), asio::detached);
  asio::co_spawn(io, give_up(mutex, timed_out), asio::detached);
  io.run();
  CHECK(timed_out);
  io.restart();
  testing::run_coroutine(io, take(mutex));  // free again
}

TEST_CASE("a cancelled waiter does not keep the lock") {
  asio::io_context io;
  io::Mutex mutex(io.get_executor());
  asio::co_spawn(io, hold(mutex, 30ms), asio::detached);
  CHECK_THROWS_AS(testing::run_coroutine(io, cancelled_waiter(mutex)), Timeout);
  testing::run_coroutine(io, take(mutex));
}
