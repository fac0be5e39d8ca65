// One reading of a source for however many collectors want it at the same time.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include "core/io/deadline.hpp"
#include "core/io/mutex.hpp"

namespace fleet::exporters {

/// Reads a source once for all who ask while the reading is under way, so that what they publish agrees, and
/// several scrapers cost the source no more than one. Readings never overlap: what they find arrives in the
/// order in which it was true. Keeps nothing for those who ask later. Lives on one io thread and must outlive
/// its callers' waits.
template <class T>
class SharedReading {
 public:
  using Read = std::function<awaitable<T>(Deadline)>;

  SharedReading(asio::any_io_executor executor, Read read)
      : mutex_(std::move(executor)), read_(std::move(read)) {}

  /// A reading that ended after this call. Throws what the reading threw, to all who waited for it; Timeout if
  /// the reading of another caller did not end in time.
  awaitable<std::shared_ptr<const T>> get(Deadline deadline) {
    auto const arrival = Deadline::Clock::now();
    auto const lock = co_await mutex_.lock(deadline);
    if (result_ && ended_ >= arrival) co_return result_;
    // A failure is shared too, unless that caller had less time than this one has.
    if (failure_ && ended_ >= arrival && deadline.when() <= failed_by_ + std::chrono::milliseconds(50)) {
      std::rethrow_exception(failure_);
    }
    result_.reset();
    failure_ = nullptr;
    try {
      result_ = std::make_shared<const T>(co_await read_(deadline));
    } catch (...) {
      failure_ = std::current_exception();
      failed_by_ = deadline.when();
    }
    ended_ = Deadline::Clock::now();
    if (failure_) std::rethrow_exception(failure_);
    co_return result_;
  }

 private:
  io::Mutex mutex_;
  Read read_;
  std::shared_ptr<const T> result_;
  std::exception_ptr failure_;
  Deadline::Clock::time_point ended_{};
  Deadline::Clock::time_point failed_by_{};
};

}  // namespace fleet::exporters
