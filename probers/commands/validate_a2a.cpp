#include "probers/commands/validate_a2a.hpp"

#include "core/app/exit_status.hpp"
#include "core/app/flag_values.hpp"
#include "core/io/seconds.hpp"
#include "probers/commands/command.hpp"
#include "probers/commands/latency_tally.hpp"
#include "probers/commands/report_formats.hpp"
#include "probers/commands/selection.hpp"
#include "probers/once.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

struct Agent {
  explicit Agent(const LatencyObjective& objective) : tally(objective) {}
  LatencyTally tally;
  std::uint64_t starved = 0;
};

/// An answer that this process was too starved to time is no measurement.
void book(ProbeResult result, bool starved, Agent& agent, ReportRow& row) {
  if (result.outcome == Outcome::good && starved) {
    ++agent.starved;
    return;
  }
  if (result.outcome == Outcome::good) agent.tally.served(result.a2a_latency.value_or(result.duration));
  if (result.outcome == Outcome::bad) agent.tally.failed(result.duration);
  row.add(std::move(result));
}

std::vector<Measure> measures_of(const LatencyTally& tally, const LatencyObjective& objective) {
  std::vector<Measure> out{{&measures::p50, tally.quantile_seconds(0.5)},
                           {&measures::p95, tally.quantile_seconds(0.95)},
                           {&measures::p99, tally.quantile_seconds(0.99)},
                           {&measures::max, tally.max_seconds()}};
  if (objective.quantile != 0.95 && objective.quantile != 0.5 && objective.quantile != 0.99)
    out.push_back({&measures::judged, tally.quantile_seconds(objective.quantile)});
  out.push_back({&measures::target, seconds(*objective.target)});
  return out;
}

awaitable<Report> make_report(FleetConfig* fleet, Selection selection, OnceOptions options,
                              LatencyObjective objective) {
  auto roster = co_await roster_of(*fleet, Deadline::after(10s));
  std::erase_if(roster.probes, [](auto const& probe) { return probe.kind != "a2a"; });
  std::erase_if(roster.gaps, [](auto const& gap) { return gap.kind != "a2a"; });
  if (roster.probes.empty() && roster.gaps.empty()) throw app::UsageError("the configuration has no a2a probe");
  apply(selection, roster);
  Report report;
  report.command = "validate a2a";
  report.began = std::chrono::system_clock::now();
  report.rows = rows_of(roster);
  auto const begin = Deadline::Clock::now();
  std::vector<Agent> agents(roster.probes.size(), Agent(objective));
  OnceObserver const observer = [&](std::size_t probe, ProbeResult result, bool starved) {
    book(std::move(result), starved, agents[probe], report.rows[probe]);
  };
  co_await run_once(roster.probes, options, observer);
  std::uint64_t starved = 0;
  LatencyTally all(objective);
  for (std::size_t i = 0; i < agents.size(); ++i) {
    if (report.rows[i].attempts.empty() && agents[i].starved > 0)
      report.rows[i].result.reason = Reason::starved;
    judge_tally(agents[i].tally, report.rows[i]);
    report.rows[i].measures = measures_of(agents[i].tally, objective);
    starved += agents[i].starved;
    all.merge(agents[i].tally);
  }
  if (starved > 0) {
    report.remarks.push_back("left out: " + std::to_string(starved) +
                             " answers that came while this process itself was starved");
  }
  report.totals = measures_of(all, objective);
  report.summary = "Within " + human_seconds(*objective.target) + " at " + quantile_name(objective.quantile) +
                   ": " + summarize(report.rows);
  report.duration = Deadline::Clock::now() - begin;
  co_return report;
}

}  // namespace

int run_validate_a2a(int argc, const char* const* argv) {
  app::Flags flags("slo_prober validate a2a",
                   command_help("Sends every agent of the configuration a number of messages at a modest rate\n"
                                "and judges how long each agent takes to answer, connection included,\n"
                                "discovery not. A message that failed counts as one that was never answered.",
                                "slo_prober validate a2a --target-ms 50"));
  CommandFlags common;
  Selection selection;
  OnceOptions options;
  options.interval = 250ms;
  options.spread = true;
  LatencyObjective objective;
  double target_ms = 50;
  std::uint64_t attempts = 20;
  common.register_on(flags, "validate a2a");
  selection.register_on(flags);
  add_number(flags, "target-ms", "MS", "Latency that an agent must keep (50).", &target_ms, 0.001, 3'600'000);
  add_number(flags, "quantile", "Q", "For this share of the messages (0.95).", &objective.quantile, 0.01, 1);
  add_number(flags, "max-error-ratio", "R", "Share of the messages that may fail (0).",
             &objective.max_error_ratio, 0, 1);
  add_count(flags, "attempts", "Messages to each agent (20).", &attempts, 1, 100'000);
  add_duration(flags, "interval", "Between two messages to one agent (250ms).", &options.interval, 10ms, 1h);
  if (!flags.parse(argc, argv)) return app::exit_met;
  common.settle();
  options.attempts = attempts;
  objective.target = std::chrono::nanoseconds(static_cast<std::int64_t>(target_ms * 1e6));
  asio::io_context io;
  auto fleet = read_fleet(config::Document::load(common.config_file));
  auto const report = run_to_end(io, make_report(&fleet, selection, options, objective));
  return conclude(io, report, common);
}

}  // namespace fleet::probers
