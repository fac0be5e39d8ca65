// Waiting inside a coroutine.
#pragma once

#include <chrono>

#include "core/io/deadline.hpp"

namespace fleet::demo {

/// Suspends for that long.
inline awaitable<void> pause(std::chrono::steady_clock::duration length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace fleet::demo
