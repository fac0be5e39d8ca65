// Runs one coroutine to its end on an io_context of its own.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

#include "core/io/deadline.hpp"

namespace fleet::testing {

/// Rethrows what the coroutine throws. Returns only after all work on the context has ended.
inline void run_coroutine(asio::io_context& io, awaitable<void> work) {
  std::exception_ptr failure;
  asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown) { failure = thrown; });
  io.run();
  io.restart();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace fleet::testing
