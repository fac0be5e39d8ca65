// Reads the stream of hop records for as long as the exporter runs.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/io/deadline.hpp"
#include "core/redis/connection.hpp"
#include "core/redis/server_clock.hpp"
#include "exporters/a2a/config.hpp"
#include "exporters/a2a/hop_ledger.hpp"
#include "exporters/stream_feed.hpp"

namespace fleet::exporters::a2a {

/// A coroutine that keeps one connection to the coordinator and moves hop records into a HopLedger: XREADGROUP,
/// then MULTI {HSET checkpoint; SETRANGE of remembered hops; XACK} EXEC. The checkpoint is WATCHed from one
/// transaction to the next, so a second reader of the same group by mistake costs conflicts (counted), not
/// hops. Worker io thread.
class HopFeed : public StreamFeed {
 public:
  using Handle = FeedHandle<HopFeed>;
  /// Begins at once. Keep the Handle: the feed stops when it goes.
  static std::shared_ptr<Handle> start(asio::any_io_executor executor, redis::Options redis, HopSettings hops,
                                       std::chrono::milliseconds window, Mode mode);

  HopLedger& ledger() { return ledger_; }
  std::int64_t now_us() const { return clock_.now_us(); }
  /// Applies what a reload may change without starting anew.
  void set_window(std::chrono::milliseconds window);

 private:
  HopFeed(redis::Options redis, HopSettings hops, std::chrono::milliseconds window, Mode mode);

  awaitable<void> session() override;
  bool loaded() const override { return recalled_; }
  awaitable<void> load(redis::Connection& connection);
  awaitable<void> claim(redis::Connection& connection, bool create_group);
  awaitable<void> replay_pending(redis::Connection& connection);
  awaitable<void> recall(redis::Connection& connection);
  awaitable<void> look(redis::Connection& connection);
  awaitable<void> follow(redis::Connection& connection);
  awaitable<std::size_t> store(redis::Connection& connection, bool inspect, bool read_on);
  awaitable<std::size_t> wait_for_records(redis::Connection& connection, bool inspect);

  struct Place {  // of the answers to a transaction in its pipeline
    std::size_t exec = 0;
    std::size_t verify = 0;
    std::string position;
  };
  Place add_transaction(redis::Pipeline& pipeline, bool create_group);
  void check_transaction(std::span<const redis::Reply> replies, const Place& place);
  std::size_t take(const redis::Reply& answer, HopLedger::Reading reading);
  void set_clock(const redis::Reply& time);
  void log_resets(const ResetCounts& before);

  redis::Options redis_;
  HopSettings hops_;
  HopLedger ledger_;
  redis::ServerClock clock_;
  bool recall_wanted_ = false;
  bool recalled_ = false;  ///< counts and windows are known: a page without latencies would look idle
  Deadline::Clock::time_point next_inspection_{};
};

}  // namespace fleet::exporters::a2a
