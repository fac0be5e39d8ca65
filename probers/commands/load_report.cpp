#include <array>
#include <cstdio>

#include "core/io/seconds.hpp"
#include "probers/commands/load.hpp"
#include "probers/commands/report_formats.hpp"

namespace fleet::probers {

namespace {

using Cells = std::vector<std::string>;

constexpr FactKind sent_kind{"slo_prober_run_sent", "Requests of the run that were sent."};
constexpr FactKind failed_kind{"slo_prober_run_failed",
                               "Requests of the run that failed, those not sent included."};
constexpr FactKind not_sent_kind{"slo_prober_run_not_sent",
                                 "Requests that were due while as many as allowed were in flight."};
constexpr FactKind offered_kind{"slo_prober_run_offered_rate",
                                "Requests a second that were offered after the ramp-up."};
constexpr FactKind achieved_kind{"slo_prober_run_achieved_rate", "Requests a second that were answered well."};
constexpr FactKind lag_kind{"slo_prober_run_lag_p99_seconds",
                            "99th percentile of how late the prober itself sent its requests."};

constexpr std::array<std::pair<double, const FactKind*>, 7> quantiles{{{0.5, &measures::p50},
                                                                       {0.75, &measures::p75},
                                                                       {0.9, &measures::p90},
                                                                       {0.95, &measures::p95},
                                                                       {0.99, &measures::p99},
                                                                       {0.999, &measures::p99_9},
                                                                       {1, &measures::max}}};

double rate_of(const LatencyTally& tally, std::chrono::nanoseconds elapsed) {
  return elapsed.count() <= 0 ? 0 : static_cast<double>(tally.served_latencies().count()) / seconds(elapsed);
}

std::vector<Measure> measures_of(const LatencyTally& tally, std::uint64_t sent, std::uint64_t not_sent,
                                 std::chrono::nanoseconds elapsed) {
  std::vector<Measure> out{{&sent_kind, static_cast<double>(sent)},
                           {&failed_kind, static_cast<double>(tally.failures())},
                           {&not_sent_kind, static_cast<double>(not_sent)},
                           {&measures::error_ratio, tally.error_ratio()},
                           {&achieved_kind, rate_of(tally, elapsed)}};
  // Failures included, each as long as it took: what a user waited.
  for (auto const& [q, kind] : quantiles) out.push_back({kind, seconds(tally.waits().quantile(q))});
  return out;
}

Cells latency_line(const std::string& name, const LatencyHistogram& latencies) {
  Cells line{name, std::to_string(latencies.count())};
  for (auto const& [q, kind] : quantiles)
    line.push_back(latencies.count() == 0 ? "-" : human_seconds(latencies.quantile(q)));
  return line;
}

std::string latency_table(const LoadOutcome& outcome, const LatencyTally& all) {
  Cells head{"WAITED", "REQUESTS"};
  for (auto const& [q, kind] : quantiles) head.push_back(q == 1 ? "MAX" : quantile_name(q));
  std::vector<Cells> lines{std::move(head)};
  if (outcome.targets.size() > 1) {
    for (auto const& target : outcome.targets) {
      lines.push_back(
          latency_line(target.row.identity.probe + "/" + target.row.identity.target, target.tally.waits()));
    }
  }
  lines.push_back(latency_line("all", all.waits()));
  if (all.failures() > 0) lines.push_back(latency_line("answered well", all.served_latencies()));
  return align(lines);
}

/// "FAILED  REASON" lines, most frequent target first as configured; "" if nothing failed.
std::string failure_table(const LoadOutcome& outcome) {
  std::vector<Cells> lines{{"PROBE", "TARGET", "RESULT", "REASON", "REQUESTS", "LAST"}};
  for (auto const& target : outcome.targets) {
    auto const& row = target.row;
    for (auto const& [what, count] : row.attempts) {
      if (what.first == Outcome::good) continue;
      bool const last = what == std::pair(row.result.outcome, row.result.reason);
      lines.push_back({row.identity.probe, row.identity.target, std::string(to_string(what.first)),
                       std::string(to_string(what.second)), std::to_string(count),
                       last ? printable(row.result.step + ": " + row.result.detail) : ""});
    }
    if (target.not_sent > 0)
      lines.push_back(
          {row.identity.probe, row.identity.target, "not sent", "-", std::to_string(target.not_sent), ""});
  }
  return lines.size() == 1 ? "" : "\n" + align(lines);
}

void add_remarks(Report& report, const LoadOutcome& outcome, std::uint64_t not_sent) {
  constexpr std::chrono::milliseconds lag_worth_telling{10};
  if (outcome.interrupted) report.remarks.push_back("interrupted before its time");
  if (not_sent > 0) {
    report.remarks.push_back(
        std::to_string(not_sent) +
        " requests were not sent, as many as allowed were in flight; they count as failed");
  }
  if (outcome.lag.quantile(0.99) >= lag_worth_telling || outcome.starved > 0) {
    report.remarks.push_back(
        "this process itself did not keep up: it sent late by " + human_seconds(outcome.lag.quantile(0.99)) +
        " at p99, " + human_seconds(outcome.lag.max()) + " at most; " + std::to_string(outcome.starved) +
        " requests were under way while it stalled. Latencies are too long rather than too short.");
  }
}

void judge_row(TargetLoad& target) {
  judge_tally(target.tally, target.row);
  auto& result = target.row.result;
  // Everything that was sent went well, but not everything was sent.
  if (result.outcome == Outcome::bad && result.reason == Reason::none) result.reason = Reason::slow;
}

}  // namespace

Report judge_load(LoadOutcome outcome, double offered, const LatencyObjective& objective) {
  Report report;
  report.command = "load";
  LatencyTally all(objective);
  std::uint64_t sent = 0, not_sent = 0;
  auto const failures = failure_table(outcome);
  for (auto& target : outcome.targets) {
    all.merge(target.tally);
    sent += target.sent;
    not_sent += target.not_sent;
    judge_row(target);
    target.row.measures = measures_of(target.tally, target.sent, target.not_sent, outcome.elapsed);
    report.rows.push_back(target.row);
  }
  report.totals = measures_of(all, sent, not_sent, outcome.elapsed);
  report.totals.push_back({&offered_kind, offered});
  report.totals.push_back({&lag_kind, seconds(outcome.lag.quantile(0.99))});
  auto const served = all.served_latencies().count();
  char line[200];
  std::snprintf(line, sizeof line,
                "%llu requests in %s, up to %.6g/s: %llu answered well (%.1f/s), %llu failed (%.3g %%)",
                static_cast<unsigned long long>(all.total()), human_seconds(outcome.elapsed).c_str(), offered,
                static_cast<unsigned long long>(served), rate_of(all, outcome.elapsed),
                static_cast<unsigned long long>(all.failures()), 100 * all.error_ratio());
  report.text = latency_table(outcome, all) + failures;
  report.summary = line;
  for (auto const& row : report.rows) {
    if (row.result.outcome == Outcome::good) continue;
    report.summary += "; " + row.identity.probe + "/" + row.identity.target + ": " + row.result.detail;
  }
  add_remarks(report, outcome, not_sent);
  return report;
}

}  // namespace fleet::probers
