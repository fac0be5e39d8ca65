#include "exporters/stream_feed.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/app/logging.hpp"

namespace fleet::exporters {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_backoff{100}, longest_backoff{1000};

}  // namespace

awaitable<void> pause(Deadline::Clock::duration length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

StreamFeed::StreamFeed(std::string name, std::string redis, std::string stream, Mode mode)
    : name_(std::move(name)), redis_(std::move(redis)), stream_(std::move(stream)), mode_(mode) {}

void StreamFeed::begin(asio::any_io_executor executor) {
  running_ = true;
  asio::co_spawn(executor, run(shared_from_this()),
                 asio::bind_cancellation_slot(cancel_.slot(), asio::detached));
}

void StreamFeed::stop() {
  stopping_ = true;
  if (running_) cancel_.emit(asio::cancellation_type::terminal);
}

awaitable<void> StreamFeed::run(std::shared_ptr<StreamFeed> self) {
  struct Running {  // also when the io_context is destroyed with this frame in it
    StreamFeed& feed;
    ~Running() { feed.running_ = false; }
  } const running{*self};
  auto backoff = first_backoff;
  while (!self->stopping_) {
    bool at_once = false;
    std::string failure;
    try {
      co_await self->session();
      co_return;  // only a look ends
    } catch (const Overtaken& error) {
      at_once = true;
      failure = error.what();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (self->stopping_) co_return;
    self->note_failure(failure);
    // Up until it failed: the next failure is a new one.
    if (std::exchange(self->up_, false) || at_once) backoff = first_backoff;
    try {
      co_await pause(backoff);
    } catch (const std::exception&) {
      co_return;  // stopped
    }
    backoff = std::min(2 * backoff, longest_backoff);
  }
}

void StreamFeed::note_failure(const std::string& text) {
  failed_ = true;
  if (text == last_failure_) return;
  last_failure_ = text;
  logging::warn(name_ + " failed", {{"redis", redis_}, {"stream", stream_}, {"err", text}});
}

void StreamFeed::note_up() {
  up_ = true;
  failed_ = false;
  if (last_failure_.empty()) return;
  last_failure_.clear();
  logging::info(name_ + " recovered", {{"redis", redis_}, {"stream", stream_}});
}

awaitable<void> StreamFeed::until_loaded(Deadline deadline) {
  while (!loaded() && !failed_ && !deadline.expired()) {
    co_await pause(std::min<Deadline::Clock::duration>(milliseconds(10), deadline.remaining()));
  }
}

}  // namespace fleet::exporters
