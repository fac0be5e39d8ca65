// Runs one coroutine to its end, for programs that do one thing.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/io/deadline.hpp"

namespace fleet {

/// Runs `io` on this thread until `work` has ended; returns its result or rethrows its exception.
template <class T>
T run_to_end(asio::io_context& io, awaitable<T> work) {
  std::exception_ptr failure;
  std::optional<T> result;
  asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, T value) {
    failure = error;
    result.emplace(std::move(value));
  });
  io.restart();
  while (!result) {
    if (io.run_one() == 0) throw std::logic_error("the command waits for nothing that could wake it");
  }
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace fleet
