#include "core/io/deadline.hpp"

#include <catch2/catch.hpp>

#include "tests/core/io/run_coroutine.hpp"

using namespace fleet;
using namespace std::chrono_literals;

namespace {

awaitable<int> after(std::chrono::milliseconds wait, int result) {
  asio::steady_timer timer(co_await asio::this_coro::executor, wait);
  co_await timer.async_wait(asio::use_awaitable);
  co_return result;
}

awaitable<std::string> fail_at_once() {
  throw std::runtime_error("refused");
  co_return std::string();
}

struct Ended {
  bool* flag;
  ~Ended() { *flag = true; }
};

awaitable<void> wait_for_ever(bool* unwound) {
  Ended const ended{unwound};
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
  co_await timer.async_wait(asio::use_awaitable);
}

awaitable<void> returns_the_result() {
  auto const result = co_await before(Deadline::after(10s), after(1ms, 42), "work");
  CHECK(result == 42);
}

awaitable<void> times_out() {
  bool unwound = false, timed_out = false;
  auto const begin = Deadline::Clock::now();
  try {
    co_await before(Deadline::after(30ms), wait_for_ever(&unwound), "the answer");
  } catch (const Timeout& timeout) {
    timed_out = true;
    CHECK(std::string(timeout.what()) == "timed out: the answer");
  }
  CHECK(timed_out);
  CHECK(unwound);
  CHECK(Deadline::Clock::now() - begin >= 30ms);
}

awaitable<void> failure_is_not_a_timeout() {
  std::string text;
  try {
    co_await before(Deadline::after(1h), fail_at_once(), "connect");
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "refused");
}

}  // namespace

TEST_CASE("before returns the result, rethrows a failure at once, and ends what takes too long") {
  asio::io_context io;
  testing::run_coroutine(io, returns_the_result());
  testing::run_coroutine(io, times_out());
  testing::run_coroutine(io, failure_is_not_a_timeout());
}

TEST_CASE("a deadline's remaining time is never negative, and or_after only shortens") {
  auto const past = Deadline::at(Deadline::Clock::now() - 1s);
  CHECK(past.expired());
  CHECK(past.remaining() == Deadline::Clock::duration::zero());
  auto const soon = Deadline::after(1s);
  CHECK(soon.or_after(1h).when() == soon.when());
  CHECK(soon.or_after(1ms).when() < soon.when());
  CHECK_FALSE(soon.expired());
}
