// One view's pages on their way from the thread that renders them to the one that serves them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace fleet::probers::status {

/// Rendered and packed once, sent to everybody.
struct Page {
  std::string type, body, packed;  ///< packed: gzip
};

/// All forms of one view of one picture.
struct Pages {
  std::string version;                               ///< another for other facts
  std::map<std::string, Page, std::less<>> by_name;  ///< "page", "live", "json", "atom"
};

/// All members may be called from any thread.
class PublishedView {
 public:
  using Clock = std::chrono::steady_clock;

  /// Somebody looks: it is kept up to date for the next minute.
  void ask() { asked_ = Clock::now().time_since_epoch().count(); }
  bool is_wanted() const { return age(asked_) < std::chrono::minutes(1); }
  /// New pages take the place of the former.
  void publish(std::shared_ptr<const Pages> pages) {
    {
      std::lock_guard const lock(mutex_);
      pages_.swap(pages);  // the former are destroyed when the lock is free
    }
    ++generation_;
    confirm();
  }
  /// The pages are as the facts are now.
  void confirm() { confirmed_ = Clock::now().time_since_epoch().count(); }
  bool is_current() const { return age(confirmed_) < std::chrono::milliseconds(1500); }
  /// Null before the first publish().
  std::shared_ptr<const Pages> pages() const {
    std::lock_guard const lock(mutex_);
    return pages_;
  }
  /// Rises with each publish().
  std::uint64_t generation() const { return generation_; }

 private:
  /// Of an instant that never was: more than any limit.
  static Clock::duration age(Clock::rep since) {
    return since == 0 ? Clock::duration::max() : Clock::now().time_since_epoch() - Clock::duration(since);
  }

  // No std::atomic<std::shared_ptr>: libstdc++'s load() ends its critical section without a release, so that
  // the next store() is not ordered after what it reads (_Sp_atomic::load of GCC 12).
  mutable std::mutex mutex_;
  std::shared_ptr<const Pages> pages_;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<Clock::rep> asked_{0}, confirmed_{0};
};

/// The two that there are.
struct PublishedViews {
  PublishedView status, clients;
};

}  // namespace fleet::probers::status
