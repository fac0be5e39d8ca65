// RTO, RPO and lost canaries from the times of writes alone.
#include "probers/postgres/recovery_ledger.hpp"

#include <catch2/catch.hpp>

using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

PrimaryIdentity const a{"a:5432", 1, "100"};
PrimaryIdentity const b{"b:5432", 2, "200"};

RecoveryLedger::Time at(std::chrono::nanoseconds since) { return RecoveryLedger::Time(1000s + since); }

// Writes 1 to `count`, one a second from 1 s on, each confirmed 10 ms after its beginning.
void write(RecoveryLedger& ledger, int count) {
  for (int i = 1; i <= count; ++i) ledger.confirm(i, at(i * 1s), at(i * 1s + 10ms), a);
}

std::vector<std::int64_t> sequences(const RecoveryObservation& observation) {
  std::vector<std::int64_t> lost;
  for (auto const& canary : observation.lost) lost.push_back(canary.sequence);
  return lost;
}

}  // namespace

TEST_CASE("ledger: while all is well there is nothing to look for") {
  RecoveryLedger ledger(10);
  CHECK_FALSE(ledger.newest());
  write(ledger, 3);
  CHECK(ledger.due().empty());
  CHECK(ledger.newest() == 3);
  CHECK_FALSE(ledger.checked({}, at(4s)));
  CHECK_FALSE(ledger.last());
}

TEST_CASE("ledger: a failover with lost writes") {
  RecoveryLedger ledger(10);
  write(ledger, 5);
  ledger.fail(at(6s));
  ledger.fail(at(7s));
  CHECK(ledger.failing_since() == at(6s));
  ledger.confirm(8, at(8s), at(8s + 50ms), b);
  CHECK_FALSE(ledger.failing_since());
  CHECK(ledger.due() == std::vector<std::int64_t>{1, 2, 3, 4, 5});
  auto const seen = ledger.checked({1, 2}, at(8s + 60ms));
  REQUIRE(seen);
  CHECK(seen->moved());
  CHECK(seen->before.node == "a:5432");
  CHECK(seen->after.node == "b:5432");
  CHECK(seen->rto == 2s + 50ms);
  CHECK(seen->rto_at_most == 3s + 40ms);
  CHECK(sequences(*seen) == std::vector<std::int64_t>{3, 4, 5});
  CHECK(seen->checked == 5);
  CHECK(seen->lost.front().age == 5s + 50ms);
  CHECK(seen->lost.back().age == 3s + 50ms);
  CHECK(seen->rpo == 2s);
  REQUIRE(seen->rpo_at_most);
  CHECK(*seen->rpo_at_most == 4s - 10ms);
  CHECK(ledger.moves() == 1);
  CHECK(ledger.last()->lost.size() == 3);
  CHECK(ledger.due().empty());
}

TEST_CASE("ledger: lost writes are told once and do not count again") {
  RecoveryLedger ledger(10);
  write(ledger, 3);
  ledger.confirm(4, at(4s), at(4s), b);
  CHECK(ledger.checked({1, 2}, at(4s))->lost.size() == 1);
  CHECK_FALSE(ledger.checked({1, 2}, at(4s)));
  ledger.confirm(5, at(5s), at(5s), a);
  CHECK(ledger.due() == std::vector<std::int64_t>{1, 2, 4});
  CHECK(ledger.checked({1, 2, 4}, at(5s))->lost.empty());
  CHECK(ledger.moves() == 2);
}

TEST_CASE("ledger: a failover between two writes has no recovery time of its own, but a bound") {
  RecoveryLedger ledger(10);
  write(ledger, 2);
  ledger.confirm(3, at(3s), at(3s + 20ms), b);
  auto const seen = ledger.checked({1, 2}, at(4s));
  REQUIRE(seen);
  CHECK_FALSE(seen->rto);
  CHECK(seen->rto_at_most == 1s + 10ms);
  CHECK(seen->lost.empty());
  CHECK(seen->rpo == 0s);
  CHECK(*seen->rpo_at_most == 1s - 10ms);
}

TEST_CASE("ledger: a single lost write has no extent, only a bound; without survivors not even that") {
  RecoveryLedger ledger(10);
  write(ledger, 3);
  ledger.confirm(4, at(4s), at(4s), b);
  auto seen = ledger.checked({1, 2}, at(5s));
  CHECK(seen->rpo == 0s);
  CHECK(*seen->rpo_at_most == 2s - 10ms);
  RecoveryLedger other(10);
  write(other, 3);
  other.confirm(4, at(4s), at(4s), b);
  seen = other.checked({}, at(5s));
  CHECK(seen->lost.size() == 3);
  CHECK(seen->rpo == 2s);
  CHECK_FALSE(seen->rpo_at_most);
}

TEST_CASE("ledger: the same node on a new timeline, restarted, or back after failures is looked at") {
  auto const due_after = [](PrimaryIdentity next, bool fails, bool gone) {
    RecoveryLedger ledger(10);
    write(ledger, 2);
    if (fails) ledger.fail(at(3s));
    ledger.confirm(4, at(4s), at(4s), next, gone);
    return ledger.due().size();
  };
  CHECK(due_after(a, false, false) == 0);
  CHECK(due_after(a, true, false) == 2);
  CHECK(due_after(a, false, true) == 2);
  CHECK(due_after({"a:5432", 2, "100"}, false, false) == 2);
  CHECK(due_after({"a:5432", 1, "101"}, false, false) == 2);
  CHECK(due_after({"a:5432", 0, ""}, false, false) == 0);
}

TEST_CASE("ledger: a look that failed is repeated, and what was written meanwhile is not part of it") {
  RecoveryLedger ledger(10);
  write(ledger, 2);
  ledger.fail(at(3s));
  ledger.confirm(4, at(4s), at(4s), b);
  ledger.confirm(5, at(5s), at(5s), b);
  CHECK(ledger.due() == std::vector<std::int64_t>{1, 2});
  auto const seen = ledger.checked({1}, at(6s));
  CHECK(sequences(*seen) == std::vector<std::int64_t>{2});
  CHECK(seen->rto == 1s);
  CHECK(ledger.newest() == 5);
}

TEST_CASE("ledger: failures before any confirmed write, or followed by one, say nothing") {
  RecoveryLedger ledger(10);
  ledger.fail(at(0s));
  CHECK_FALSE(ledger.failing_since());
  write(ledger, 2);
  CHECK(ledger.due().empty());
  ledger.fail(at(1500ms));  // began before write 2 and ends after it: that attempt hung, the service did not
  CHECK_FALSE(ledger.failing_since());
  ledger.fail(at(4s));
  ledger.fail(at(3s));
  CHECK(ledger.failing_since() == at(3s));
}

TEST_CASE("ledger: of writes that overlap, the answer read last does not say what came last") {
  RecoveryLedger ledger(10);
  write(ledger, 3);

  SECTION("one that began before the new primary's answer fails after it") {
    ledger.fail(at(4s));
    ledger.confirm(5, at(5s), at(6s), b);
    ledger.fail(at(5500ms));
    CHECK_FALSE(ledger.failing_since());
    auto const seen = ledger.checked({1, 2, 3}, at(6s));
    REQUIRE(seen);
    CHECK(seen->moved());
    ledger.confirm(6, at(7s), at(7s), b);
    CHECK(ledger.last()->moved());
    CHECK_FALSE(ledger.must_check());
  }
  SECTION("one that began before the outage is answered within it") {
    ledger.fail(at(5s));
    ledger.confirm(4, at(4s), at(6s), a);
    CHECK(ledger.failing_since() == at(5s));
    CHECK_FALSE(ledger.must_check());
    ledger.confirm(7, at(8s), at(8500ms), b);
    CHECK(ledger.due() == std::vector<std::int64_t>{1, 2, 3, 4});
    auto const seen = ledger.checked({1, 2, 3, 4}, at(9s));
    REQUIRE(seen);
    CHECK(seen->rto == 3500ms);
    CHECK(seen->rto_at_most == 5490ms);
  }
  SECTION("one that was written on the old primary is answered after the move") {
    ledger.confirm(5, at(5s), at(6s), b);
    REQUIRE(ledger.checked({1, 2, 3}, at(6s)));
    ledger.confirm(4, at(4s), at(7s), a, true);
    CHECK(ledger.moves() == 1);
    CHECK_FALSE(ledger.must_check());
    ledger.confirm(6, at(8s), at(8s), b);
    CHECK(ledger.moves() == 1);
    CHECK_FALSE(ledger.must_check());
  }
}

TEST_CASE("ledger: it is bounded, and says below what rows may go") {
  RecoveryLedger ledger(3);
  write(ledger, 100);
  CHECK(ledger.oldest() == 98);
  CHECK(ledger.newest() == 100);
  ledger.confirm(101, at(101s), at(101s), b);
  CHECK(ledger.due() == std::vector<std::int64_t>{99, 100});
}
