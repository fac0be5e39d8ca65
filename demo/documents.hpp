// The document pipeline: batches onto the queue, workers that take and finish them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/metrics/instruments.hpp"
#include "core/redis/connection.hpp"
#include "demo/batch_ledger.hpp"
#include "demo/faults.hpp"
#include "demo/outage_log.hpp"
#include "demo/registers.hpp"

namespace fleet::demo {

/// Starts a batch at once and then one every `batch_every`, but never while another is in flight. Sixteen
/// workers take a batch of `batch_size` documents off the queue in about 20 s. A batch tells of two stages,
/// `queue` (its documents are put on the queue) and `process`. Obeys batch-slow, batch-stall (work stands
/// still; a batch starts if none is in flight) and documents-fail. Each document is also a row of the register.
/// After an outage of Redis, and at the start, what the stream and the queue say is believed, and documents
/// that vanished with a worker are queued again, so that every batch ends. Lives on one io thread.
class Documents : public std::enable_shared_from_this<Documents> {
 public:
  struct Options {
    redis::Options redis;
    std::uint32_t batch_size = 520;
    std::chrono::milliseconds batch_every{60'000};
    std::uint64_t seed = 1;
  };
  Documents(asio::io_context& io, Options options, Registers& registers, Faults& faults,
            Instruments& instruments);

  void start();
  void stop() { stopping_ = true; }
  bool redis_up() const { return outage_.up(); }

 private:
  using Self = std::shared_ptr<Documents>;
  struct Slot {  // one worker
    QueuedDocument document;
    double effort_left = 0;  // seconds at normal speed
    bool busy() const { return !document.document_id.empty(); }
  };
  static awaitable<void> run(Self self);
  static awaitable<void> tick(Self self, std::chrono::duration<double> elapsed);
  static awaitable<void> recover(Self self);
  static awaitable<std::int64_t> server_time(Self self);
  static awaitable<void> begin_batch(Self self);
  static awaitable<void> take_documents(Self self);
  static awaitable<void> announce_ended(Self self);
  static awaitable<void> announce_stage(Self self, Batch batch, std::string stage, std::int64_t began_us,
                                        std::int64_t ended_us);

  void work(std::chrono::duration<double> elapsed);
  void flush_rows();
  bool batch_due() const;
  redis::Pipeline documents_pipeline(const std::string& batch_id, std::uint32_t first, std::uint32_t count,
                                     std::int64_t now_us) const;

  asio::io_context& io_;
  Options options_;
  Registers& registers_;
  Faults& faults_;
  redis::Client redis_;
  OutageLog outage_;
  std::mt19937_64 random_;
  Counter& succeeded_;
  Counter& failed_;
  BatchLedger ledger_;
  std::vector<Slot> slots_;
  std::map<std::string, std::pair<std::uint32_t, std::uint32_t>>
      unwritten_;  // batch -> rows to mark processed, failed
  std::chrono::steady_clock::time_point next_batch_, next_flush_;
  bool recovered_ = false;
  bool stopping_ = false;
};

}  // namespace fleet::demo
