// A mutex for coroutines of one io thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <list>
#include <memory>
#include <utility>

#include "core/io/deadline.hpp"

namespace fleet::io {

/// Lets one coroutine at a time into a section that suspends; waiters enter in order of arrival. Not
/// thread-safe: all users run on one io thread. Destroying it while a coroutine waits is an error of the
/// caller.
class Mutex {
 public:
  /// Held while alive; releasing wakes the next waiter.
  class Lock {
   public:
    Lock() = default;
    explicit Lock(Mutex* owner) : owner_(owner) {}
    Lock(Lock&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Lock& operator=(Lock&& other) noexcept {
      std::swap(owner_, other.owner_);
      return *this;
    }
    ~Lock() {
      if (owner_) owner_->release();
    }

   private:
    Mutex* owner_ = nullptr;
  };

  explicit Mutex(asio::any_io_executor executor);
  /// Throws Timeout if the section did not become free in time.
  awaitable<Lock> lock(Deadline deadline);

 private:
  struct Waiter;
  void release();

  asio::any_io_executor executor_;
  bool held_ = false;
  std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace fleet::io
