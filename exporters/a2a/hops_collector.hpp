// What the hop feed has counted, as metric families.
#pragma once

#include <memory>
#include <string_view>

#include "exporters/a2a/config.hpp"
#include "exporters/a2a/hop_feed.hpp"
#include "exporters/collector.hpp"

namespace fleet::exporters::a2a {

/// Adds a2a_protocol_latency_ms and all a2a_hop*, a2a_agent* and a2a_feed* families of a loaded ledger.
/// `now_us` is the coordinator's clock; 0 if it is not known, then there are no latencies.
void add_hop_families(HopLedger& ledger, const PageSettings& page, std::int64_t now_us, Families& out);

/// Collector "hops": from memory, whatever Redis does. Adds a2a_feed_up; the counts as soon as they are known,
/// before that it waits for the feed's first answer or failure.
class HopsCollector : public exporters::Collector {
 public:
  HopsCollector(std::shared_ptr<HopFeed::Handle> feed, PageSettings page)
      : feed_(std::move(feed)), page_(page) {}
  std::string_view name() const override { return "hops"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<HopFeed::Handle> feed_;
  PageSettings page_;
};

/// Adds a2a_hops_started_total and a2a_hops_unfinished, given the reply to HGETALL of the hash of started hops.
/// Pairs that were never seen to finish a hop count into the same limit as the others.
void add_started_families(HopLedger& ledger, std::size_t max_pairs, redis::Reply started, Families& out);

/// Collector "started": reads the hash of started hops. Throws if Redis does not answer.
class StartedCollector : public exporters::Collector {
 public:
  StartedCollector(std::shared_ptr<HopFeed::Handle> feed, std::shared_ptr<redis::Client> client,
                   HopSettings hops)
      : feed_(std::move(feed)), client_(std::move(client)), hops_(std::move(hops)) {}
  std::string_view name() const override { return "started"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<HopFeed::Handle> feed_;
  std::shared_ptr<redis::Client> client_;
  HopSettings hops_;
};

}  // namespace fleet::exporters::a2a
