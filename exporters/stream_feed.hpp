// The life of a coroutine that reads a Redis stream: it reconnects, it stops, it says in the log when it cannot
// read.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/io/deadline.hpp"

namespace fleet::exporters {

/// Another reader of the same group stored something meanwhile.
class Overtaken : public std::runtime_error {
 public:
  Overtaken() : std::runtime_error("another reader of the same group changed the checkpoint") {}
};

/// Returns after `length`; throws boost::system::system_error if it is cancelled.
awaitable<void> pause(Deadline::Clock::duration length);

/// Runs session() over and over, 0.1 s to 1 s after each failure, until the FeedHandle goes. Worker io thread.
class StreamFeed : public std::enable_shared_from_this<StreamFeed> {
 public:
  enum class Mode {
    count,  ///< the one reader of its group
    look,   ///< adds up the checkpoint and what came after it, once, and writes nothing: for --once
  };
  virtual ~StreamFeed() = default;
  StreamFeed(const StreamFeed&) = delete;

  /// Whether the stream is being read.
  bool up() const { return up_; }
  /// Returns when the counts are known, the source has failed, or the deadline has passed.
  awaitable<void> until_loaded(Deadline deadline);
  /// Once, before the first handle.
  void begin(asio::any_io_executor executor);
  /// Ends the coroutine; it unwinds by itself.
  void stop();

 protected:
  /// `name`, `redis` (host:port) and `stream` are for the log: "hop feed failed".
  StreamFeed(std::string name, std::string redis, std::string stream, Mode mode);
  Mode mode() const { return mode_; }
  /// One connection's time. Returns only in Mode::look; throws whatever ends it.
  virtual awaitable<void> session() = 0;
  /// Whether counts are known.
  virtual bool loaded() const = 0;
  /// The stream is being read now.
  void note_up();

 private:
  static awaitable<void> run(std::shared_ptr<StreamFeed> self);
  void note_failure(const std::string& text);

  std::string name_, redis_, stream_;
  Mode mode_;
  asio::cancellation_signal cancel_;
  bool running_ = false, stopping_ = false, up_ = false, failed_ = false;
  std::string last_failure_;
};

/// Keeps a feed running; the feed stops when it goes.
template <class Feed>
class FeedHandle {
 public:
  explicit FeedHandle(std::shared_ptr<Feed> feed) : feed_(std::move(feed)) {}
  FeedHandle(const FeedHandle&) = delete;
  ~FeedHandle() { feed_->stop(); }
  Feed& operator*() const { return *feed_; }
  Feed* operator->() const { return feed_.get(); }

 private:
  std::shared_ptr<Feed> feed_;
};

}  // namespace fleet::exporters
