#include "probers/commands/report_formats.hpp"
#include "probers/commands/validate_recovery.hpp"

namespace fleet::probers {

namespace {

using std::chrono::nanoseconds;

std::string over(std::string_view what, nanoseconds value, nanoseconds limit) {
  return std::string(what) + " " + human_seconds(value) + " is " + human_seconds(value - limit) + " over " +
         human_seconds(limit);
}

std::string lag_text(const RecoveryFindings& findings) {
  return findings.replica_lag ? "replicas are at most " + human_seconds(*findings.replica_lag) + " behind"
                              : "no replica showed a canary";
}

/// What happened, whatever it is worth: "moved from a to b in 12.3 s, 4 of 120 canaries lost".
std::string story(const RecoveryObservation& recovery) {
  std::string out = recovery.moved() ? "moved from " + recovery.before.node + " to " + recovery.after.node
                                     : recovery.after.node + " came back";
  out += " within " + human_seconds(recovery.rto_at_most) + ", " + std::to_string(recovery.lost.size()) +
         " of " + std::to_string(recovery.checked) + " confirmed canaries lost";
  return out;
}

void judge_observed(const RecoveryObservation& recovery, const RecoveryObjective& objective,
                    ProbeResult& result) {
  auto const rpo = recovery.rpo_at_most.value_or(recovery.rpo);
  std::string shortfall;
  if (recovery.rto_at_most > objective.rto) shortfall = over("RTO", recovery.rto_at_most, objective.rto);
  auto const reason = shortfall.empty() ? Reason::canary_lost : Reason::slow;
  if (rpo > objective.rpo && !recovery.lost.empty())
    shortfall += (shortfall.empty() ? "" : "; ") + over("RPO", rpo, objective.rpo);
  if (!shortfall.empty()) {
    result.fail(reason, "recovery", shortfall + "; " + story(recovery));
    return;
  }
  result.detail = story(recovery);
}

void judge_present(const RecoveryFindings& findings, const RecoveryObjective& objective, ProbeResult& result) {
  auto const& last = findings.last;
  if (last.outcome != Outcome::good) {
    result.fail(last.reason, last.step, last.detail);
    result.outcome = last.outcome;
  } else if (!findings.replica_lag) {
    result.outcome = Outcome::unknown;
    result.detail = "nothing failed over and no replica showed a canary: the RPO cannot be told";
  } else if (*findings.replica_lag > std::chrono::duration<double>(objective.rpo).count()) {
    auto const lag = nanoseconds(static_cast<std::int64_t>(*findings.replica_lag * 1e9));
    result.fail(Reason::canary_late, "replicas", over("replica lag", lag, objective.rpo));
  } else {
    result.detail = "nothing failed over; " + lag_text(findings);
  }
}

}  // namespace

ProbeResult judge_recovery(const RecoveryFindings& findings, const RecoveryObjective& objective) {
  ProbeResult result;
  auto const& last = findings.last;
  auto const unknown = [&](std::string detail) {
    result.outcome = Outcome::unknown;
    result.detail = std::move(detail);
  };
  if (!findings.first_confirmed) {
    result.fail(last.reason, last.step,
                "no write was confirmed within " + human_seconds(findings.watched) + "; last: " + last.detail);
    if (last.outcome == Outcome::unknown) result.outcome = Outcome::unknown;
  } else if (findings.failing_for && *findings.failing_for > objective.rto) {
    result.fail(
        last.reason, last.step,
        over("outage of", *findings.failing_for, objective.rto) + " and it still lasts; last: " + last.detail);
  } else if (findings.failing_for) {
    unknown("the outage still lasts, for " + human_seconds(*findings.failing_for) +
            " so far; last: " + last.detail);
  } else if (findings.recovery) {
    judge_observed(*findings.recovery, objective, result);
  } else if (findings.failed_at_first && *findings.first_confirmed > objective.rto) {
    result.fail(Reason::slow, "recovery", over("RTO of at least", *findings.first_confirmed, objective.rto));
  } else if (objective.steady) {
    judge_present(findings, objective, result);
  } else if (findings.failed_at_first) {
    unknown("the outage began before this run, which saw " + human_seconds(*findings.first_confirmed) +
            " of it");
  } else {
    unknown("nothing failed over within " + human_seconds(findings.watched) + "; " + lag_text(findings));
  }
  return result;
}

}  // namespace fleet::probers
