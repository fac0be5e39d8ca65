#include "exporters/a2a/hop_ledger.hpp"

#include <catch2/catch.hpp>

#include "tests/exporters/a2a/hop_store.hpp"
#include "tests/exporters/a2a/stream_reply.hpp"

namespace fleet::exporters::a2a {
namespace {

using testing::hop_fields;
using testing::HopStore;
using testing::ledger;
using testing::MadeEntries;
using testing::MadeReply;
using testing::now;
using testing::ok;
using testing::skipped;
using testing::take;

TEST_CASE("answers of another shape are refused, not read past their end") {
  HopStore store;
  auto one = store.started();
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
  HopStore store;
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
  HopStore store;
  auto one = store.started();
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

TEST_CASE("a retry counts once, also across a restart") {
  HopStore store;
  auto first = store.started("w1");
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
  auto second = store.started("w2");
  auto const again = MadeEntries().add("4-0", hop_fields("h", now - 1000, now)).reply();
  second.take(again, HopLedger::Reading::fresh);
  store.commit(second);
  CHECK(ok(second) == 2);
  CHECK(skipped(second, SkipReason::duplicate) == 2);
}

TEST_CASE("records that are no hops are counted by reason and acknowledged") {
  HopStore store;
  auto one = store.started();
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

TEST_CASE("lag and lost records") {
  HopStore store;
  auto one = store.started();
  CHECK_FALSE(one.lag());
  for (std::uint64_t id = 1; id <= 100; ++id) store.added(id);
  one.note_stream(store.stream);
  CHECK(one.lag() == 100);
  store.count(one, 1, 40);
  one.note_stream(store.stream);
  CHECK(one.lag() == 60);
  CHECK(one.counts().position.lost == 0);

  SECTION("read to the end") {
    store.count(one, 41, 100);
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
    store.count(one, 71, 100);
    one.note_stream(store.stream);
    CHECK(one.lag() == 0);
    CHECK_FALSE(one.pending_changes());
    CHECK(one.counts().position.lost == 30);
    store.stream.group_delivered = redis::StreamId{100, 0};
    auto two = store.started("w2");
    two.note_stream(store.stream);
    CHECK(two.counts().position.lost == 30);
    CHECK_FALSE(two.pending_changes());
  }
  SECTION("trimmed and read on between two looks") {
    store.count(one, 71, 80);
    store.stream.first = {71, 0};
    store.stream.length = 30;
    one.note_stream(store.stream);
    store.count(one, 81, 100);
    one.note_stream(store.stream);
    store.commit(one);
    CHECK(one.lag() == 0);
    CHECK(one.counts().position.lost == 30);
  }
}

TEST_CASE("a stream that was trimmed before we came has lost us nothing") {
  HopStore store;
  store.stream.length = 10;
  store.stream.first = {991, 0};
  store.stream.last_generated = {1000, 0};
  store.stream.entries_added = 1000;
  auto one = store.started();
  store.count(one, 991, 1000);
  one.note_stream(store.stream);
  CHECK(one.lag() == 0);
  CHECK(one.counts().position.lost == 0);
}

TEST_CASE("unfinished is begun less finished, and survives the hash being deleted") {
  HopStore store;
  auto one = store.started();
  store.count(one, 1, 10);
  CHECK(one.unfinished(0, 13) == 3);
  CHECK(one.unfinished(0, 10) == 0);
  CHECK(one.unfinished(0, 2) == 0);  // deleted, and begun anew
  CHECK(one.unfinished(0, 5) == 3);
  CHECK(one.pending_changes());
  store.commit(one);
  store.given(10);
  auto two = store.started("w2");
  CHECK(two.unfinished(0, 5) == 3);
  CHECK(ledger().loaded() == false);
}

TEST_CASE("a hash of fewer hops than finished is not negative") {
  HopStore store;
  auto one = store.started();
  store.count(one, 1, 10);
  CHECK(one.unfinished(0, 4) == 0);
}

TEST_CASE("windows are filled again from the stream") {
  HopStore store;
  auto first = store.started("w1");
  store.count(first, 1, 10);
  store.given(10);
  auto two = store.started("w2");
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
