// What a ledger makes of a Redis that lost something, and of other readers.
#include <catch2/catch.hpp>

#include "exporters/a2a/hop_ledger.hpp"
#include "tests/exporters/a2a/hop_store.hpp"
#include "tests/exporters/a2a/stream_reply.hpp"

namespace fleet::exporters::a2a {
namespace {

using testing::hop_fields;
using testing::HopStore;
using testing::MadeEntries;
using testing::now;
using testing::ok;
using testing::resets;
using testing::skipped;
using testing::take;

TEST_CASE("a killed reader's successor goes on where the transaction ended") {
  HopStore store;
  {
    auto first = store.started("w1");
    store.given(20);
    store.count(first, 1, 10);
    take(first, 11, 20);  // killed here
  }
  auto second = store.started("w2");
  CHECK(ok(second) == 10);
  store.count(second, 11, 20, HopLedger::Reading::pending);
  CHECK(ok(second) == 20);
  CHECK(resets(second, ResetReason::group_rewound) == 0);
}

TEST_CASE("the answer to a transaction was lost") {
  HopStore store;
  auto one = store.started();
  store.given(20);
  store.count(one, 1, 10);
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
    store.count(one, 11, 20, HopLedger::Reading::pending);
    CHECK(ok(one) == 20);
    CHECK(skipped(one, SkipReason::duplicate) == 0);
  }
  CHECK(one.counts().conflicts == 0);
  CHECK(one.counts().position.delivered == 20);
}

TEST_CASE("the group is gone: what the stream still holds is not counted twice") {
  HopStore store;
  auto one = store.started();
  store.count(one, 1, 10);
  store.stream.last_generated = {12, 0};
  store.stream.group_delivered.reset();
  store.start(one);
  CHECK(resets(one, ResetReason::group_lost) == 1);
  store.count(one, 1, 12);
  CHECK(ok(one) == 12);
  CHECK(one.counts().position.delivered == 12);
  // Also by a reader that starts in the middle of that.
  store.stream.group_delivered = redis::StreamId{12, 0};
  auto two = store.started("w2");
  store.count(two, 8, 13, HopLedger::Reading::pending);
  CHECK(ok(two) == 13);
}

TEST_CASE("the group was set back under a running reader") {
  HopStore store;
  auto one = store.started();
  store.count(one, 1, 10);
  store.count(one, 1, 12);
  CHECK(ok(one) == 12);
  CHECK(resets(one, ResetReason::group_rewound) == 1);
}

TEST_CASE("the stream is gone: counts stay, the new stream counts from its start") {
  HopStore store;
  auto one = store.started();
  store.given(10);
  store.count(one, 1, 10);
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
  HopStore store;
  auto one = store.started();
  store.count(one, 1, 10);
  take(one, 11, 15);  // taken, not stored: the stream no longer has them
  one.transaction();
  store = HopStore{};
  store.stream = redis::StreamState{};
  store.start(one);
  CHECK(ok(one) == 15);
  CHECK(resets(one, ResetReason::checkpoint_lost) == 1);
  CHECK(resets(one, ResetReason::stream_deleted) == 1);
  // Whole: a successor knows all of it, the remembered hops too.
  store.stream = HopStore{}.stream;
  auto two = store.started("w2");
  CHECK(ok(two) == 15);
  auto const reply = MadeEntries().add("99-0", hop_fields("h15", now - 1000, now)).reply();
  two.take(reply, HopLedger::Reading::fresh);
  store.commit(two);
  CHECK(ok(two) == 15);
}

TEST_CASE("Redis came back with less than it had acknowledged") {
  HopStore store;
  auto one = store.started();
  store.given(10);
  store.count(one, 1, 5);
  auto const older = store;
  store.count(one, 6, 10);
  store = older;
  store.given(7);
  store.start(one);
  CHECK(ok(one) == 10);
  CHECK(resets(one, ResetReason::checkpoint_lost) == 1);
  take(one, 6, 7, HopLedger::Reading::pending);
  store.count(one, 11, 12);
  CHECK(ok(one) == 12);
  CHECK(skipped(one, SkipReason::duplicate) == 0);
}

TEST_CASE("another reader of the same group") {
  HopStore store;
  auto one = store.started("w1");
  store.given(20);
  store.count(one, 1, 5);
  auto two = store.started("w2");
  take(one, 6, 10);  // both have taken, only one can store
  store.count(two, 11, 15);
  one.transaction();  // refused: the checkpoint was changed
  store.start(one);
  CHECK(ok(one) == 10);
  store.count(one, 6, 10, HopLedger::Reading::pending);
  CHECK(ok(one) == 15);
  CHECK(one.counts().conflicts == 1);
}

TEST_CASE("a reader without a checkpoint does not read again what the group has had") {
  HopStore store;
  store.given(30);
  auto one = store.started();
  CHECK(resets(one, ResetReason::checkpoint_lost) == 1);
  take(one, 29, 30, HopLedger::Reading::pending);  // taken before, never counted
  store.count(one, 31, 31);
  CHECK(ok(one) == 3);
}

}  // namespace
}  // namespace fleet::exporters::a2a
