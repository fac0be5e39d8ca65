#include "exporters/a2a/hop_ledger.hpp"

#include <catch2/catch.hpp>

#include "tests/exporters/a2a/stream_reply.hpp"

namespace fleet::exporters::a2a {
namespace {

using testing::bulk;
using testing::hop_fields;
using testing::MadeEntries;
using testing::MadeReply;

constexpr std::int64_t now = 1'700'000'000'000'000;

/// A Redis that remembers what transactions store, and forgets it on demand.
struct Store {
  std::map<std::string, std::string> hash;
  std::string recent;
  redis::StreamState stream{.exists = true,
                            .length = 0,
                            .first = {},
                            .last_generated = {},
                            .entries_added = 0,
                            .group_delivered = redis::StreamId{}};

  void keep(const HopLedger::Transaction& transaction) {
    std::vector<std::string_view> words;
    transaction.fields.append_to(words);
    for (std::size_t n = 0; n + 1 < words.size(); n += 2) hash[std::string(words[n])] = words[n + 1];
    if (transaction.rewrite_recent) recent.clear();
    for (auto const& part : transaction.recent) {
      if (recent.size() < part.offset + part.bytes.size()) recent.resize(part.offset + part.bytes.size());
      recent.replace(part.offset, part.bytes.size(), part.bytes);
    }
  }
  std::optional<HopCounts> stored() const {
    std::string wire = "*" + std::to_string(2 * hash.size()) + "\r\n";
    for (auto const& [field, value] : hash) wire += bulk(field) + bulk(value);
    return decode_checkpoint(MadeReply(wire));
  }
  void adopt(HopLedger& ledger) const { ledger.adopt(stored(), false, recent, stream, now); }
  void commit(HopLedger& ledger) {
    keep(ledger.transaction());
    ledger.settle(now);
  }
  void start(HopLedger& ledger) {
    adopt(ledger);
    commit(ledger);
  }
  /// The group was given all ids up to this one.
  void given(std::uint64_t id) {
    stream.last_generated = {id, 0};
    stream.group_delivered = redis::StreamId{id, 0};
  }
  void added(std::uint64_t id) {
    ++stream.length;
    *stream.entries_added += 1;
    if (stream.first == redis::StreamId{}) stream.first = {id, 0};
    stream.last_generated = {id, 0};
  }
};

HopLedger ledger(const std::string& writer = "w1") {
  return HopLedger(
      {.writer = writer, .recent_hops = 1000, .max_pairs = 10, .window = std::chrono::seconds(60)});
}

void take(HopLedger& to, int first, int last, HopLedger::Reading reading = HopLedger::Reading::fresh) {
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

TEST_CASE("answers of another shape are refused, not read past their end") {
  Store store;
  auto one = ledger();
  store.start(one);
  for (auto const* wire : {"*1\r\n*0\r\n", "*1\r\n*1\r\n$3\r\n1-0\r\n", "*1\r\n:7\r\n",
                           "*1\r\n*2\r\n*0\r\n*0\r\n", "*1\r\n*2\r\n$3\r\nx-0\r\n*0\r\n"}) {
    INFO(wire);
    MadeReply const reply(wire);
    CHECK_THROWS_AS(one.take(reply, HopLedger::Reading::fresh), redis::ProtocolError);
  }
  MadeReply const empty("*1\r\n*0\r\n");
  CHECK_THROWS_AS(one.recall(empty, now), redis::ProtocolError);
}

TEST_CASE("a page sees only what is stored") {
  Store store;
  auto one = ledger();
  CHECK_FALSE(one.loaded());
  store.adopt(one);
  CHECK_FALSE(one.loaded());
  store.commit(one);
  CHECK(one.loaded());
  take(one, 1, 10);
  CHECK(ok(one) == 0);
  CHECK_FALSE(one.latencies().quantile_us(0, 0.95, now));
  auto const transaction = one.transaction();
  CHECK(ok(one) == 0);
  store.keep(transaction);
  one.settle(now);
  CHECK(ok(one) == 10);
  CHECK(one.latencies().quantile_us(0, 0.95, now) == 40'000);
  CHECK_FALSE(one.pending_changes());
}

TEST_CASE("a pair that was undone counts for its own target when it, or another, is there again") {
  Store store;
  auto one = ledger();
  store.start(one);
  auto const hop_to = [&one](int n, const std::string& target) {
    MadeEntries entries;
    entries.add(std::to_string(n) + "-0",
                hop_fields("h" + std::to_string(n), now - 40'000, now, {{"dst", target}}));
    one.take(entries.reply(), HopLedger::Reading::fresh);
  };
  hop_to(1, "research");
  store.commit(one);
  store.given(1);
  hop_to(2, "drafting");
  hop_to(3, "financial");
  store.adopt(one);  // the connection was lost before anything was stored
  store.commit(one);
  hop_to(2, "financial");
  hop_to(3, "drafting");
  store.commit(one);
  REQUIRE(one.counts().targets.size() == 3);
  CHECK(one.counts().targets[1].target == "financial");
  for (auto const& target : one.counts().targets) {
    INFO(target.target);
    std::uint64_t count = 0;
    for (auto const bucket : target.queue.counts) count += bucket;
    CHECK(count == 1);
  }
}

TEST_CASE("a killed reader's successor goes on where the transaction ended") {
  Store store;
  {
    auto first = ledger("w1");
    store.start(first);
    store.given(20);
    take(first, 1, 10);
    store.commit(first);
    take(first, 11, 20);  // killed here
  }
  auto second = ledger("w2");
  store.start(second);
  CHECK(ok(second) == 10);
  take(second, 11, 20, HopLedger::Reading::pending);
  store.commit(second);
  CHECK(ok(second) == 20);
  CHECK(resets(second, ResetReason::group_rewound) == 0);
}

TEST_CASE("the answer to a transaction was lost") {
  Store store;
  auto one = ledger();
  store.start(one);
  store.given(20);
  take(one, 1, 10);
  store.commit(one);
  take(one, 11, 20);
  auto const transaction = one.transaction();
  SECTION("and Redis did it") {
    store.keep(transaction);
    store.start(one);
    CHECK(ok(one) == 20);
    CHECK(one.latencies().quantile_us(0, 1, now) == 40'000);
  }
  SECTION("and Redis did not: the records are still pending") {
    store.start(one);
    CHECK(ok(one) == 10);
    take(one, 11, 20, HopLedger::Reading::pending);
    store.commit(one);
    CHECK(ok(one) == 20);
    CHECK(skipped(one, SkipReason::duplicate) == 0);
  }
  CHECK(one.counts().conflicts == 0);
  CHECK(one.counts().position.delivered == 20);
}

TEST_CASE("a retry counts once, also across a restart") {
  Store store;
  auto first = ledger("w1");
  store.start(first);
  MadeEntries entries;
  entries.add("1-0", hop_fields("h", now - 1000, now));
  entries.add("2-0", hop_fields("h", now - 1000, now));
  entries.add("3-0", hop_fields("h", now - 1000, now, {{"attempt", "2"}}));
  auto const reply = entries.reply();
  first.take(reply, HopLedger::Reading::fresh);
  store.commit(first);
  CHECK(ok(first) == 2);
  CHECK(skipped(first, SkipReason::duplicate) == 1);

  store.given(3);
  auto second = ledger("w2");
  store.start(second);
  auto const again = MadeEntries().add("4-0", hop_fields("h", now - 1000, now)).reply();
  second.take(again, HopLedger::Reading::fresh);
  store.commit(second);
  CHECK(ok(second) == 2);
  CHECK(skipped(second, SkipReason::duplicate) == 2);
}

TEST_CASE("records that are no hops are counted by reason and acknowledged") {
  Store store;
  auto one = ledger();
  store.start(one);
  auto const reply = MadeEntries()
                         .add("1-0", std::nullopt)
                         .add("2-0", hop_fields("a", now, now - 1))
                         .add("3-0", hop_fields("b", now, now, {{"v", "2"}}))
                         .add("4-0", hop_fields("c", now, now, {{"src", ""}}))
                         .reply();
  one.take(reply, HopLedger::Reading::pending);
  CHECK(one.acknowledge().size() == 4);
  store.commit(one);
  for (auto const reason :
       {SkipReason::trimmed, SkipReason::negative, SkipReason::version, SkipReason::malformed}) {
    CHECK(skipped(one, reason) == 1);
  }
  CHECK(one.counts().position.delivered == 4);
  CHECK(one.counts().pairs.empty());
}

TEST_CASE("the group is gone: what the stream still holds is not counted twice") {
  Store store;
  auto one = ledger();
  store.start(one);
  take(one, 1, 10);
  store.commit(one);
  store.stream.last_generated = {12, 0};
  store.stream.group_delivered.reset();
  store.start(one);
  CHECK(resets(one, ResetReason::group_lost) == 1);
  take(one, 1, 12);
  store.commit(one);
  CHECK(ok(one) == 12);
  CHECK(one.counts().position.delivered == 12);
  // Also by a reader that starts in the middle of that.
  auto two = ledger("w2");
  store.stream.group_delivered = redis::StreamId{12, 0};
  store.start(two);
  take(two, 8, 13, HopLedger::Reading::pending);
  store.commit(two);
  CHECK(ok(two) == 13);
}

TEST_CASE("the group was set back under a running reader") {
  Store store;
  auto one = ledger();
  store.start(one);
  take(one, 1, 10);
  store.commit(one);
  take(one, 1, 12);
  store.commit(one);
  CHECK(ok(one) == 12);
  CHECK(resets(one, ResetReason::group_rewound) == 1);
}

TEST_CASE("the stream is gone: counts stay, the new stream counts from its start") {
  Store store;
  auto one = ledger();
  store.start(one);
  store.given(10);
  take(one, 1, 10);
  store.commit(one);
  store.stream = redis::StreamState{};
  SECTION("deleted") {
    store.start(one);
    CHECK(resets(one, ResetReason::stream_deleted) == 1);
  }
  SECTION("another one in its place") {
    store.stream.exists = true;
    store.stream.last_generated = {3, 0};
    store.start(one);
    CHECK(resets(one, ResetReason::stream_behind) == 1);
  }
  CHECK(ok(one) == 10);
  auto const reply = MadeEntries().add("2-0", hop_fields("new", now - 1000, now)).reply();
  one.take(reply, HopLedger::Reading::fresh);
  store.commit(one);
  CHECK(ok(one) == 11);
  CHECK(resets(one, ResetReason::group_rewound) == 0);
}

TEST_CASE("everything in Redis is gone: memory is written again, whole") {
  Store store;
  auto one = ledger();
  store.start(one);
  take(one, 1, 10);
  store.commit(one);
  take(one, 11, 15);  // taken, not stored: the stream no longer has them
  one.transaction();
  store = Store{};
  store.stream = redis::StreamState{};
  store.start(one);
  CHECK(ok(one) == 15);
  CHECK(resets(one, ResetReason::checkpoint_lost) == 1);
  CHECK(resets(one, ResetReason::stream_deleted) == 1);
  // Whole: a successor knows all of it, the remembered hops too.
  store.stream = Store{}.stream;
  auto two = ledger("w2");
  store.start(two);
  CHECK(ok(two) == 15);
  auto const reply = MadeEntries().add("99-0", hop_fields("h15", now - 1000, now)).reply();
  two.take(reply, HopLedger::Reading::fresh);
  store.commit(two);
  CHECK(ok(two) == 15);
}

TEST_CASE("Redis came back with less than it had acknowledged") {
  Store store;
  auto one = ledger();
  store.start(one);
  store.given(10);
  take(one, 1, 5);
  store.commit(one);
  auto const older = store;
  take(one, 6, 10);
  store.commit(one);
  store = older;
  store.given(7);
  store.start(one);
  CHECK(ok(one) == 10);
  CHECK(resets(one, ResetReason::checkpoint_lost) == 1);
  take(one, 6, 7, HopLedger::Reading::pending);
  take(one, 11, 12);
  store.commit(one);
  CHECK(ok(one) == 12);
  CHECK(skipped(one, SkipReason::duplicate) == 0);
}

TEST_CASE("another reader of the same group") {
  Store store;
  auto one = ledger("w1"), two = ledger("w2");
  store.start(one);
  store.given(20);
  take(one, 1, 5);
  store.commit(one);
  store.start(two);
  take(one, 6, 10);  // both have taken, only one can store
  take(two, 11, 15);
  store.commit(two);
  one.transaction();  // refused: the checkpoint was changed
  store.start(one);
  CHECK(ok(one) == 10);
  take(one, 6, 10, HopLedger::Reading::pending);
  store.commit(one);
  CHECK(ok(one) == 15);
  CHECK(one.counts().conflicts == 1);
}

TEST_CASE("a reader without a checkpoint does not read again what the group has had") {
  Store store;
  store.given(30);
  auto one = ledger();
  store.start(one);
  CHECK(resets(one, ResetReason::checkpoint_lost) == 1);
  take(one, 29, 30, HopLedger::Reading::pending);  // taken before, never counted
  take(one, 31, 31);
  store.commit(one);
  CHECK(ok(one) == 3);
}

TEST_CASE("lag and lost records") {
  Store store;
  auto one = ledger();
  store.start(one);
  CHECK_FALSE(one.lag());
  for (std::uint64_t id = 1; id <= 100; ++id) store.added(id);
  one.note_stream(store.stream);
  CHECK(one.lag() == 100);
  take(one, 1, 40);
  store.commit(one);
  one.note_stream(store.stream);
  CHECK(one.lag() == 60);
  CHECK(one.counts().position.lost == 0);

  SECTION("read to the end") {
    take(one, 41, 100);
    store.commit(one);
    one.note_stream(store.stream);
    CHECK(one.lag() == 0);
    CHECK(one.counts().position.lost == 0);
    CHECK_FALSE(one.pending_changes());
  }
  SECTION("trimmed up to 70") {
    store.stream.first = {71, 0};
    store.stream.length = 30;
    one.note_stream(store.stream);
    CHECK(one.lag() == 30);
    CHECK(one.pending_changes());
    store.commit(one);
    CHECK(one.counts().position.lost == 30);
    take(one, 71, 100);
    store.commit(one);
    one.note_stream(store.stream);
    CHECK(one.lag() == 0);
    CHECK_FALSE(one.pending_changes());
    CHECK(one.counts().position.lost == 30);
    auto two = ledger("w2");
    store.stream.group_delivered = redis::StreamId{100, 0};
    store.start(two);
    two.note_stream(store.stream);
    CHECK(two.counts().position.lost == 30);
    CHECK_FALSE(two.pending_changes());
  }
  SECTION("trimmed and read on between two looks") {
    take(one, 71, 80);
    store.commit(one);
    store.stream.first = {71, 0};
    store.stream.length = 30;
    one.note_stream(store.stream);
    take(one, 81, 100);
    store.commit(one);
    one.note_stream(store.stream);
    store.commit(one);
    CHECK(one.lag() == 0);
    CHECK(one.counts().position.lost == 30);
  }
}

TEST_CASE("a stream that was trimmed before we came has lost us nothing") {
  Store store;
  store.stream.length = 10;
  store.stream.first = {991, 0};
  store.stream.last_generated = {1000, 0};
  store.stream.entries_added = 1000;
  auto one = ledger();
  store.start(one);
  take(one, 991, 1000);
  store.commit(one);
  one.note_stream(store.stream);
  CHECK(one.lag() == 0);
  CHECK(one.counts().position.lost == 0);
}

TEST_CASE("unfinished is begun less finished, and survives the hash being deleted") {
  Store store;
  auto one = ledger();
  store.start(one);
  take(one, 1, 10);
  store.commit(one);
  CHECK(one.unfinished(0, 13) == 3);
  CHECK(one.unfinished(0, 10) == 0);
  CHECK(one.unfinished(0, 2) == 0);  // deleted, and begun anew
  CHECK(one.unfinished(0, 5) == 3);
  CHECK(one.pending_changes());
  store.commit(one);
  auto two = ledger("w2");
  store.given(10);
  store.start(two);
  CHECK(two.unfinished(0, 5) == 3);
  CHECK(ledger().loaded() == false);
}

TEST_CASE("a hash of fewer hops than finished is not negative") {
  Store store;
  auto one = ledger();
  store.start(one);
  take(one, 1, 10);
  store.commit(one);
  CHECK(one.unfinished(0, 4) == 0);
}

TEST_CASE("windows are filled again from the stream") {
  Store store;
  auto first = ledger("w1");
  store.start(first);
  take(first, 1, 10);
  store.commit(first);
  auto two = ledger("w2");
  store.given(10);
  store.start(two);
  CHECK_FALSE(two.latencies().quantile_us(0, 0.95, now));
  auto const reply = MadeEntries()
                         .add("10-0", hop_fields("h10", now - 30'000, now))
                         .add("9-0", hop_fields("h9", now - 90'000'000, now - 80'000'000))
                         .add("8-0", hop_fields("x", now - 30'000, now, {{"src", "stranger"}}))
                         .reply();
  CHECK(two.recall(reply, now) == redis::StreamId{8, 0});
  CHECK(two.latencies().quantile_us(0, 0.95, now) == 30'000);
  CHECK(ok(two) == 10);
  CHECK_FALSE(two.recall(MadeReply("*0\r\n"), now));
}

}  // namespace
}  // namespace fleet::exporters::a2a
