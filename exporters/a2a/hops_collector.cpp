#include "exporters/a2a/hops_collector.hpp"

#include <map>
#include <stdexcept>

#include "core/io/parse_number.hpp"
#include "exporters/a2a/hop_families.hpp"
#include "exporters/answer_by.hpp"

namespace fleet::exporters::a2a {
namespace {

// A scrape must be answered while Redis hangs, with time left to render.
constexpr std::chrono::milliseconds redis_limit{3000};
constexpr std::uint64_t most_started_fields = 100'000;

void add_reader(const HopLedger& ledger, Families& out) {
  auto const& counts = ledger.counts();
  auto& skipped =
      out.counter("a2a_hop_records_skipped_total", "Records that were not counted as a hop, by reason.");
  for (std::size_t n = 0; n < skip_reason_names.size(); ++n) {
    skipped.add({{"reason", skip_reason_names[n]}}, static_cast<double>(counts.skipped[n]));
  }
  auto& resets =
      out.counter("a2a_feed_resets_total", "Times that the place in the stream had to be found anew.");
  for (std::size_t n = 0; n < reset_reason_names.size(); ++n) {
    resets.add({{"reason", reset_reason_names[n]}}, static_cast<double>(counts.resets[n]));
  }
  auto const& position = counts.position;
  out.counter("a2a_feed_conflicts_total", "Times that another reader of the same group was found.")
      .add(static_cast<double>(counts.conflicts));
  out.counter("a2a_feed_records_total", "Records read from the stream, skipped ones too.")
      .add(static_cast<double>(position.delivered));
  if (position.added_base) {
    out.counter("a2a_feed_lost_records_total",
                "Records that were trimmed from the stream before they were read.")
        .add(static_cast<double>(position.lost));
  }
  if (auto const lag = ledger.lag()) {
    out.gauge("a2a_feed_lag_records", "Records of the stream that are not read yet, as of a second ago.")
        .add(static_cast<double>(*lag));
  }
  if (position.newest_done_us > 0) {
    out.gauge("a2a_feed_last_record_timestamp_seconds", "When the latest hop that was counted finished.")
        .add(static_cast<double>(position.newest_done_us) / 1e6);
  }
}

std::uint64_t read_count(std::string_view text) { return parse_number<std::uint64_t>(text).value_or(0); }

struct Started {
  std::string source, target;
  std::uint64_t count = 0;
};

}  // namespace

void add_hop_families(HopLedger& ledger, const PageSettings& page, std::int64_t now_us, Families& out) {
  auto const& counts = ledger.counts();
  add_pair_families(counts, ledger.latencies(), page.latency, now_us, out);
  add_target_families(counts, out);
  add_result_families(counts, out);
  add_agent_families(counts, page.agents, now_us, out);
  add_reader(ledger, out);
}

awaitable<void> HopsCollector::collect(Deadline deadline, Families& out) {
  auto& feed = **feed_;
  co_await feed.until_loaded(answer_by(deadline).or_after(redis_limit));
  out.gauge("a2a_feed_up", "Whether the stream of hop records is being read.").add(feed.up() ? 1 : 0);
  if (feed.ledger().loaded()) add_hop_families(feed.ledger(), page_, feed.now_us(), out);
}

void add_started_families(HopLedger& ledger, std::size_t max_pairs, redis::Reply started, Families& out) {
  // Summed by name first: pairs beyond the limit, and names that no hop could have, share one series.
  std::map<std::string, Started, std::less<>> pairs;
  redis::each_field(started, [&](std::string_view key, const redis::Reply& count) {
    auto const bar = key.find('|');
    auto source = key.substr(0, bar);
    auto target = bar == std::string_view::npos ? std::string_view() : key.substr(bar + 1);
    bool const known = ledger.counts().find_pair(key) != HopCounts::none;
    bool const valid = is_agent_name(source) && is_agent_name(target);
    if (!known && (!valid || std::max(ledger.counts().pairs.size(), pairs.size()) >= max_pairs)) {
      source = target = "other";
    }
    auto& pair = pairs[std::string(source) + "|" + std::string(target)];
    pair.source = source;
    pair.target = target;
    pair.count += read_count(count.text());
  });
  auto& begun = out.counter("a2a_hops_started_total", "Hops begun, as their senders count them.");
  auto& unfinished = out.gauge("a2a_hops_unfinished", "Hops begun of which no record says that they finished.");
  for (auto const& [key, pair] : pairs) {
    begun.add({{"source", pair.source}, {"target", pair.target}}, static_cast<double>(pair.count));
    if (!ledger.loaded()) continue;
    auto const index = ledger.counts().find_pair(key);
    auto const open = index == HopCounts::none ? pair.count : ledger.unfinished(index, pair.count);
    unfinished.add({{"source", pair.source}, {"target", pair.target}}, static_cast<double>(open));
  }
}

awaitable<void> StartedCollector::collect(Deadline deadline, Families& out) {
  auto const limit = answer_by(deadline).or_after(redis_limit);
  co_await (*feed_)->until_loaded(limit);
  redis::Pipeline size;
  size.add({"HLEN", hops_.started});
  auto const length = co_await client_->run(size, limit);
  if (static_cast<std::uint64_t>(length[0].integer()) > most_started_fields) {
    throw std::runtime_error("the hash " + hops_.started +
                             " has more than 100000 fields, expected one a pair of agents");
  }
  redis::Pipeline all;
  all.add({"HGETALL", hops_.started});
  auto const replies = co_await client_->run(all, limit);
  add_started_families((*feed_)->ledger(), hops_.max_pairs, replies[0].checked(), out);
}

}  // namespace fleet::exporters::a2a
