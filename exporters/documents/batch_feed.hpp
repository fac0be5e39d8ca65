// Reads the stream of batch records for as long as the exporter runs.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/io/deadline.hpp"
#include "core/redis/connection.hpp"
#include "core/redis/server_clock.hpp"
#include "core/redis/stream_state.hpp"
#include "exporters/documents/batches.hpp"
#include "exporters/documents/config.hpp"
#include "exporters/stream_feed.hpp"

namespace fleet::exporters::documents {

/// A coroutine that keeps one connection to the queue's Redis and moves batch records into Batches: XREADGROUP,
/// then MULTI {HSET checkpoint; XACK} EXEC, so that a kill at any moment neither loses nor doubles a batch. The
/// checkpoint is WATCHed from one transaction to the next: a second reader of the same group by mistake is
/// found, and what it stored is taken over. A scrape sees only what is stored. What Redis loses (FLUSHDB, a
/// crash before the AOF was synced) is written again from memory; a stream that begins anew is read from its
/// beginning and counted as a reset. Worker io thread.
class BatchFeed : public StreamFeed {
 public:
  using Handle = FeedHandle<BatchFeed>;
  /// Begins at once. Keep the Handle: the feed stops when it goes.
  static std::shared_ptr<Handle> start(asio::any_io_executor executor, Settings settings, Mode mode);

  /// The counts as stored; nullopt until they are known (0 would be a step back).
  const std::optional<Batches>& batches() const { return stored_; }
  std::uint64_t resets() const { return resets_; }
  /// The queue's clock: its TIME when last asked, carried on by the steady clock. 0 while never asked.
  std::int64_t now_us() const { return clock_.now_us(); }
  /// An answer to TIME that somebody else asked for.
  void note_time(redis::Reply time) { clock_.set(time); }
  const Settings& settings() const { return settings_; }
  /// What a reload may change without starting anew.
  void set_rules(BatchRules rules);

 private:
  BatchFeed(Settings settings, Mode mode);
  awaitable<void> session() override;
  bool loaded() const override { return stored_.has_value(); }
  awaitable<void> load(redis::Connection& connection);
  awaitable<void> store(redis::Connection& connection, const Batches& next, std::span<const std::string> ids,
                        bool create_group);
  awaitable<void> look(redis::Connection& connection);
  awaitable<std::size_t> read(redis::Connection& connection, bool pending);

  Settings settings_;
  std::optional<Batches> stored_;
  redis::StreamId position_;
  std::uint64_t resets_ = 0;
  std::uint64_t sequence_ = 0;  // of the checkpoint that stored_ stands for; rises by 1 a transaction
  redis::ServerClock clock_;
};

}  // namespace fleet::exporters::documents
