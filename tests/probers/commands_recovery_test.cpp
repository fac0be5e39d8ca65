// The verdict on a recovery.
#include <catch2/catch.hpp>

#include "probers/commands/validate_recovery.hpp"

using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

RecoveryObservation recovery(std::chrono::nanoseconds rto, std::chrono::nanoseconds rpo, std::size_t lost) {
  RecoveryObservation out;
  out.before.node = "a:5432";
  out.after.node = "b:5432";
  out.rto = rto - 100ms;
  out.rto_at_most = rto;
  out.rpo_at_most = rpo;
  out.checked = 100;
  for (std::size_t i = 0; i < lost; ++i) out.lost.push_back({static_cast<std::int64_t>(i), 1s});
  return out;
}

/// A cluster that took a write at once.
RecoveryFindings findings() {
  RecoveryFindings out;
  out.first_confirmed = 10ms;
  out.watched = 600s;
  out.replica_lag = 0.012;
  return out;
}

const ProbeResult no_primary = ProbeResult::bad(Reason::sql_role, "roles", "no primary");
constexpr RecoveryObjective objective{300s, 60s, false};
constexpr RecoveryObjective steady{300s, 60s, true};

}  // namespace

TEST_CASE("a failover within RTO and RPO is good, and says what it cost") {
  auto seen = findings();
  seen.recovery = recovery(12s, 250ms, 0);
  auto result = judge_recovery(seen, objective);
  CHECK(result.outcome == Outcome::good);
  CHECK(result.detail == "moved from a:5432 to b:5432 within 12.00 s, 0 of 100 confirmed canaries lost");
  seen.recovery = recovery(12s, 5s, 20);
  CHECK(judge_recovery(seen, objective).outcome == Outcome::good);
  seen.recovery->after.node = "a:5432";
  CHECK(judge_recovery(seen, objective).detail.starts_with("a:5432 came back within"));
}

TEST_CASE("a failover that took too long or lost too much is bad, by how much") {
  auto seen = findings();
  seen.recovery = recovery(312s, 250ms, 0);
  auto result = judge_recovery(seen, objective);
  CHECK((result.outcome == Outcome::bad && result.reason == Reason::slow && result.step == "recovery"));
  CHECK(result.detail.starts_with("RTO 312 s is 12.00 s over 300 s; moved from"));
  seen.recovery = recovery(12s, 75s, 40);
  result = judge_recovery(seen, steady);
  CHECK((result.outcome == Outcome::bad && result.reason == Reason::canary_lost));
  CHECK(result.detail.starts_with("RPO 75.00 s is 15.00 s over 60.00 s; "));
  seen.recovery = recovery(12s, 75s, 0);
  CHECK(judge_recovery(seen, objective).outcome == Outcome::good);
}

TEST_CASE("an outage that lasts is bad once it is longer than the RTO, unknown before") {
  auto seen = findings();
  seen.last = no_primary;
  seen.failing_for = 310s;
  auto result = judge_recovery(seen, objective);
  CHECK((result.outcome == Outcome::bad && result.reason == Reason::sql_role && result.step == "roles"));
  CHECK(result.detail.starts_with("outage of 310 s is 10.00 s over 300 s and it still lasts"));
  seen.failing_for = 42s;
  CHECK(judge_recovery(seen, objective).outcome == Outcome::unknown);
}

TEST_CASE("a cluster that never took a write is bad, whatever was wanted") {
  auto seen = findings();
  seen.first_confirmed.reset();
  seen.last = no_primary;
  CHECK(judge_recovery(seen, objective).outcome == Outcome::bad);
  CHECK(judge_recovery(seen, steady).reason == Reason::sql_role);
}

TEST_CASE("without a failover nothing was measured, unless the cluster is to be steady") {
  auto seen = findings();
  auto result = judge_recovery(seen, objective);
  CHECK(result.outcome == Outcome::unknown);
  CHECK(result.detail == "nothing failed over within 600 s; replicas are at most 12.0 ms behind");
  CHECK(judge_recovery(seen, steady).outcome == Outcome::good);
  seen.replica_lag = 75;
  result = judge_recovery(seen, steady);
  CHECK((result.outcome == Outcome::bad && result.detail == "replica lag 75.00 s is 15.00 s over 60.00 s"));
  seen.replica_lag.reset();
  CHECK(judge_recovery(seen, steady).outcome == Outcome::unknown);
  seen.last = ProbeResult::bad(Reason::canary_late, "replicas", "b: the canary was not there");
  CHECK(judge_recovery(seen, steady).reason == Reason::canary_late);
}

TEST_CASE("an outage that began before the run is only known to have been as long as it was seen") {
  auto seen = findings();
  seen.failed_at_first = true;
  seen.first_confirmed = 20s;
  CHECK(judge_recovery(seen, objective).outcome == Outcome::unknown);
  CHECK(judge_recovery(seen, steady).outcome == Outcome::good);
  seen.first_confirmed = 310s;
  CHECK(judge_recovery(seen, steady).outcome == Outcome::bad);
}
