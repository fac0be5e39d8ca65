// Runs a coroutine to its end from a test case.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "core/io/deadline.hpp"

namespace fleet::testing {

/// Runs `io` on this thread until `work` has ended; returns its result or rethrows its exception. What else
/// lives on `io` (readers of a client, say) runs meanwhile and is suspended afterwards; the next run_on()
/// resumes it.
template <class T>
T run_on(asio::io_context& io, awaitable<T> work) {
  std::exception_ptr failure;
  bool done = false;
  auto const turn = [&] {
    io.restart();
    while (!done) {
      if (io.run_one() == 0) throw std::logic_error("the coroutine waits for nothing that could wake it");
    }
    io.restart();  // so that a test may go on with io.run()
    if (failure) std::rethrow_exception(failure);
  };
  if constexpr (std::is_void_v<T>) {
    asio::co_spawn(io, std::move(work), [&](std::exception_ptr error) {
      failure = error;
      done = true;
    });
    turn();
  } else {
    std::optional<T> result;
    asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, T value) {
      failure = error;
      result.emplace(std::move(value));
      done = true;
    });
    turn();
    return std::move(*result);
  }
}

}  // namespace fleet::testing
