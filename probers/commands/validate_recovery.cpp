#include "probers/commands/validate_recovery.hpp"

#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <limits>

#include "core/app/exit_status.hpp"
#include "core/app/flag_values.hpp"
#include "probers/commands/command.hpp"
#include "probers/commands/report_formats.hpp"
#include "probers/commands/selection.hpp"
#include "probers/once.hpp"
#include "probers/postgres/canary_probe.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using Clock = Deadline::Clock;

constexpr FactKind rto_kind{"slo_prober_run_rto_seconds",
                            "From the first write that failed to the next confirmed one: the observed RTO."};
constexpr FactKind rto_bound_kind{"slo_prober_run_rto_at_most_seconds",
                                  "From the last confirmed write before the outage to the first one after it."};
constexpr FactKind rpo_kind{
    "slo_prober_run_rpo_seconds",
    "From the oldest lost write to the last one confirmed before the outage: the observed RPO."};
constexpr FactKind rpo_bound_kind{
    "slo_prober_run_rpo_at_most_seconds",
    "From the newest write known to have survived to the first sign of the outage."};
constexpr FactKind lost_kind{"slo_prober_run_lost", "Confirmed canary writes that are gone."};
constexpr FactKind checked_kind{"slo_prober_run_checked", "Confirmed canary writes that were looked for."};
constexpr FactKind lag_kind{"slo_prober_run_replica_lag_seconds",
                            "How far the slowest replica was behind at the end."};

struct RecoveryOptions {
  RecoveryObjective objective;
  std::chrono::milliseconds duration{0};  // 0: by the mode
  std::chrono::milliseconds interval{250};
  Selection selection;
  bool progress = ::isatty(STDERR_FILENO) == 1;

  std::chrono::milliseconds limit() const {
    return duration.count() > 0 ? duration : objective.steady ? std::chrono::milliseconds(10s) : 10min;
  }
};

/// One canary under watch.
struct Watch {
  const CanaryProbe* canary = nullptr;
  Clock::time_point last_begun{};
  RecoveryFindings findings;
};

std::optional<double> worst_lag(const Facts& facts) {
  std::optional<double> worst;
  for (auto const& fact : facts.all()) {
    if (fact.kind == &facts::postgres_replica_lag) worst = std::max(worst.value_or(0), fact.value);
  }
  return worst;
}

std::vector<Measure> measures_of(const RecoveryFindings& findings) {
  auto const seconds = [](std::optional<std::chrono::nanoseconds> length) {
    return length ? std::chrono::duration<double>(*length).count() : std::numeric_limits<double>::quiet_NaN();
  };
  auto const& recovery = findings.recovery;
  std::vector<Measure> out;
  if (recovery) {
    out = {{&rto_kind, seconds(recovery->rto)},
           {&rto_bound_kind, seconds(recovery->rto_at_most)},
           {&rpo_kind, seconds(recovery->rpo)},
           {&rpo_bound_kind, seconds(recovery->rpo_at_most)},
           {&lost_kind, static_cast<double>(recovery->lost.size())},
           {&checked_kind, static_cast<double>(recovery->checked)}};
  }
  out.push_back({&lag_kind, findings.replica_lag.value_or(std::numeric_limits<double>::quiet_NaN())});
  return out;
}

/// A run over several canaries.
class Recovery {
 public:
  Recovery(const RecoveryOptions& options, const Roster& roster, std::shared_ptr<const bool> interrupted)
      : options_(options), rows_(rows_of(roster)), interrupted_(std::move(interrupted)) {
    for (auto const& probe : roster.probes) {
      Watch watch;
      watch.canary = dynamic_cast<const CanaryProbe*>(probe.probe.get());
      watches_.push_back(std::move(watch));
    }
  }

  void book(std::size_t index, ProbeResult result) {
    auto& findings = watches_[index].findings;
    auto& row = rows_[index];
    auto const elapsed = Clock::now() - begin_;
    if (!findings.first_confirmed && watches_[index].canary->recoveries().newest()) {
      findings.first_confirmed = elapsed;
      findings.failed_at_first = row.attempts_of(Outcome::bad) > 0;
    }
    ++row.attempts[{result.outcome, result.reason}];
    // One that hung tells of the time when it began.
    auto const begun = Clock::now() - result.duration;
    if (begun < watches_[index].last_begun) return;
    watches_[index].last_begun = begun;
    bool const changed = row.attempts_in_all() == 1 || result.outcome != findings.last.outcome ||
                         result.reason != findings.last.reason;
    if (changed && options_.progress) {
      std::fprintf(stderr, "+%s  %s/%s: %s %s\n", human_seconds(elapsed).c_str(), row.identity.probe.c_str(),
                   row.identity.target.c_str(), std::string(to_string(result.outcome)).c_str(),
                   printable(result.detail).c_str());
    }
    if (auto const lag = worst_lag(result.facts)) findings.replica_lag = lag;
    findings.last = std::move(result);
  }

  /// A recovery was seen everywhere, or the time is over; an outage is watched until it is longer than it may
  /// be.
  bool enough() const {
    if (*interrupted_) return true;
    auto const now = Clock::now();
    bool all_seen = true, any_outage = false;
    for (auto const& watch : watches_) {
      auto const& ledger = watch.canary->recoveries();
      auto const& since = ledger.failing_since();
      bool const open = since || ledger.must_check();
      all_seen = all_seen && ledger.last() && !open;
      any_outage = any_outage || (open && !(since && now - *since > options_.objective.rto));
    }
    if (all_seen) return true;
    // What must be checked is, at the latest, when the attempts of the RTO are over.
    auto const limit = options_.limit() + (any_outage ? options_.objective.rto : 0ms);
    return now - begin_ >= limit;
  }

  Report report() {
    Report out;
    out.command = "validate recovery";
    auto const now = Clock::now();
    for (std::size_t i = 0; i < watches_.size(); ++i) {
      auto& findings = watches_[i].findings;
      auto const& ledger = watches_[i].canary->recoveries();
      findings.recovery = ledger.last();
      if (ledger.failing_since()) findings.failing_for = now - *ledger.failing_since();
      findings.watched = now - begin_;
      auto verdict = judge_recovery(findings, options_.objective);
      auto& result = rows_[i].result;
      result = findings.last;
      result.outcome = verdict.outcome;
      result.reason = verdict.reason;
      result.step = std::move(verdict.step);
      result.detail = std::move(verdict.detail);
      rows_[i].measures = measures_of(findings);
    }
    out.rows = std::move(rows_);
    out.duration = now - begin_;
    out.summary =
        "RTO " + human_seconds(options_.objective.rto) + ", RPO " + human_seconds(options_.objective.rpo) + ":";
    for (auto const& row : out.rows) {
      out.summary += " " + row.identity.probe + "/" + row.identity.target + " " +
                     std::string(to_string(row.result.outcome)) + ", " + row.result.detail + ";";
    }
    out.summary.pop_back();
    if (*interrupted_) out.remarks.emplace_back("interrupted before its time");
    return out;
  }

 private:
  const RecoveryOptions& options_;
  Clock::time_point begin_ = Clock::now();
  std::vector<ReportRow> rows_;
  std::vector<Watch> watches_;
  std::shared_ptr<const bool> interrupted_;
};

awaitable<Report> make_report(FleetConfig* fleet, const RecoveryOptions* options) {
  auto const executor = co_await asio::this_coro::executor;
  auto roster = co_await roster_of(*fleet, Deadline::after(10s));
  std::erase_if(roster.probes, [](auto const& probe) {
    return dynamic_cast<const CanaryProbe*>(probe.probe.get()) == nullptr;
  });
  roster.gaps.clear();
  if (roster.probes.empty())
    throw app::UsageError("the configuration has no postgres probe with `check: canary`");
  apply(options->selection, roster);
  auto const began = std::chrono::system_clock::now();
  auto const interrupted = std::make_shared<bool>(false);
  Recovery recovery(*options, roster, interrupted);
  auto const signals = std::make_shared<asio::signal_set>(executor, SIGINT, SIGTERM);
  signals->async_wait([signals, interrupted](const boost::system::error_code& error, int) {
    if (error) return;
    *interrupted = true;
    // The next one ends the process, as it would any.
    boost::system::error_code ignored;
    signals->clear(ignored);
  });
  OnceOptions once;
  once.attempts = std::numeric_limits<std::uint32_t>::max();
  once.interval = options->interval;
  once.concurrency = 64;
  OnceObserver const observer = [&](std::size_t probe, ProbeResult result, bool) {
    recovery.book(probe, std::move(result));
  };
  OnceEnough const enough = [&] { return recovery.enough(); };
  co_await run_once(roster.probes, once, observer, enough);
  signals->cancel();
  auto report = recovery.report();
  report.began = began;
  co_return report;
}

}  // namespace

int run_validate_recovery(int argc, const char* const* argv) {
  app::Flags flags(
      "slo_prober validate recovery",
      command_help(
          "Writes canaries at a high rate by the configured postgres probes with `check: canary` while\n"
          "somebody makes the cluster fail over, and judges by their upper bounds how long no write was\n"
          "confirmed (RTO) and which confirmed writes are gone (RPO). It ends when every cluster has\n"
          "recovered, or after --duration, but an outage under way is watched until it is over or longer\n"
          "than --rto. If nothing failed over, nothing was measured: exit 3, unless --steady, which wants\n"
          "the cluster to take writes and its replicas to be less than --rpo behind.",
          "slo_prober validate recovery --rto 300 --rpo 60 --duration 15m\n"
          "slo_prober validate recovery --steady"));
  CommandFlags common;
  RecoveryOptions options;
  common.register_on(flags, "validate recovery");
  options.selection.register_on(flags);
  add_duration(flags, "rto", "How long the outage may last (300).", &options.objective.rto, 1ms, 168h);
  add_duration(flags, "rpo", "What may be lost of the time before it (60).", &options.objective.rpo, 1ms, 168h);
  add_duration(flags, "duration", "How long to wait for a failover (10m; with --steady 10s).",
               &options.duration, 100ms, 168h);
  add_duration(flags, "interval", "Between two canaries (250ms).", &options.interval, 10ms, 1h);
  flags.toggle("steady", "Nothing has to fail over; judge the replicas as they are.",
               &options.objective.steady);
  flags.toggle("progress", "Tell of every change on standard error (on a terminal).", &options.progress);
  if (!flags.parse(argc, argv)) return app::exit_met;
  common.settle();
  asio::io_context io;
  auto fleet = read_fleet(config::Document::load(common.config_file));
  auto const report = run_to_end(io, make_report(&fleet, &options));
  return conclude(io, report, common);
}

}  // namespace fleet::probers
