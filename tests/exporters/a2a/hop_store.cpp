#include "tests/exporters/a2a/hop_store.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string_view>
#include <vector>

#include "tests/exporters/a2a/stream_reply.hpp"

namespace fleet::testing {

using exporters::a2a::HopCounts;
using exporters::a2a::HopLedger;
using exporters::a2a::ResetReason;
using exporters::a2a::SkipReason;

HopLedger ledger(const std::string& writer) {
  return HopLedger(
      {.writer = writer, .recent_hops = 1000, .max_pairs = 10, .window = std::chrono::seconds(60)});
}

void take(HopLedger& to, int first, int last, HopLedger::Reading reading) {
  MadeEntries entries;
  for (int n = first; n <= last; ++n) {
    entries.add(std::to_string(n) + "-0", hop_fields("h" + std::to_string(n), now - 40'000, now));
  }
  auto const reply = entries.reply();
  to.take(reply, reading);
  CHECK(to.acknowledge().size() >= static_cast<std::size_t>(last - first + 1));
}

std::uint64_t ok(const HopLedger& of) {
  return of.counts().pairs.empty() ? 0 : of.counts().pairs[0].by_outcome[0];
}
std::uint64_t resets(const HopLedger& of, ResetReason reason) {
  return of.counts().resets[static_cast<std::size_t>(reason)];
}
std::uint64_t skipped(const HopLedger& of, SkipReason reason) {
  return of.counts().skipped[static_cast<std::size_t>(reason)];
}

void HopStore::keep(const HopLedger::Transaction& transaction) {
  std::vector<std::string_view> words;
  transaction.fields.append_to(words);
  for (std::size_t n = 0; n + 1 < words.size(); n += 2) hash[std::string(words[n])] = words[n + 1];
  if (transaction.rewrite_recent) recent.clear();
  for (auto const& part : transaction.recent) {
    if (recent.size() < part.offset + part.bytes.size()) recent.resize(part.offset + part.bytes.size());
    recent.replace(part.offset, part.bytes.size(), part.bytes);
  }
}

std::optional<HopCounts> HopStore::stored() const {
  std::string wire = "*" + std::to_string(2 * hash.size()) + "\r\n";
  for (auto const& [field, value] : hash) wire += bulk(field) + bulk(value);
  return exporters::a2a::decode_checkpoint(MadeReply(wire));
}

void HopStore::commit(HopLedger& ledger) {
  keep(ledger.transaction());
  ledger.settle(now);
}

void HopStore::start(HopLedger& ledger) {
  adopt(ledger);
  commit(ledger);
}

HopLedger HopStore::started(const std::string& writer) {
  auto made = ledger(writer);
  start(made);
  return made;
}

void HopStore::count(HopLedger& ledger, int first, int last, HopLedger::Reading reading) {
  take(ledger, first, last, reading);
  commit(ledger);
}

void HopStore::given(std::uint64_t id) {
  stream.last_generated = {id, 0};
  stream.group_delivered = redis::StreamId{id, 0};
}

void HopStore::added(std::uint64_t id) {
  ++stream.length;
  *stream.entries_added += 1;
  if (stream.first == redis::StreamId{}) stream.first = {id, 0};
  stream.last_generated = {id, 0};
}

}  // namespace fleet::testing
