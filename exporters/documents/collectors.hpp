// The collectors of document_exporter.
#pragma once

#include <memory>

#include "core/redis/connection.hpp"
#include "exporters/collector.hpp"
#include "exporters/documents/batch_feed.hpp"
#include "exporters/documents/queue_entries.hpp"

namespace fleet::exporters::documents {

/// Batches and documents, from the feed's counts. While the feed is not up the counts stay on the page as last
/// stored.
class BatchesCollector : public Collector {
 public:
  explicit BatchesCollector(std::shared_ptr<BatchFeed::Handle> feed) : feed_(std::move(feed)) {}
  std::string_view name() const override { return "batches"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<BatchFeed::Handle> feed_;
};

/// Depth, age, pace and bad entries of the queue. While its Redis does not answer it adds nothing: RedisHealth says that.
class QueueCollector : public Collector {
 public:
  QueueCollector(std::shared_ptr<redis::Client> redis, const Settings& settings,
                 std::shared_ptr<BatchFeed::Handle> feed);
  std::string_view name() const override { return "queue"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  void add_queue(const redis::Client::Replies& replies, Families& out);

  std::shared_ptr<redis::Client> redis_;
  std::string queue_;
  QueueRules rules_;
  QueuePace pace_;
  std::shared_ptr<BatchFeed::Handle> feed_;
};

}  // namespace fleet::exporters::documents
