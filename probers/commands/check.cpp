#include "probers/commands/check.hpp"

#include "core/app/exit_status.hpp"
#include "core/app/flag_values.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

constexpr auto discovery_limit = 10s;

void add_remarks(Report& report, const std::vector<ScheduledProbe>& probes, std::size_t starved) {
  std::string closed;
  for (auto const& probe : probes) {
    if (probe.windows.open(std::chrono::system_clock::now())) continue;
    closed += (closed.empty() ? "" : ", ") + probe.identity.probe + "/" + probe.identity.target;
  }
  if (!closed.empty()) report.remarks.push_back("the daemon does not probe at this hour: " + closed);
  if (starved > 0) {
    report.remarks.push_back("this process was starved during " + std::to_string(starved) +
                             " attempts; their durations say nothing of the targets");
  }
}

awaitable<Report> make_report(FleetConfig* fleet, Selection selection, OnceOptions options) {
  Report report;
  report.command = "check";
  report.began = std::chrono::system_clock::now();
  auto const begin = Deadline::Clock::now();
  auto roster = co_await roster_of(*fleet, Deadline::after(discovery_limit));
  apply(selection, roster);
  report.rows = rows_of(roster);
  std::size_t starved_attempts = 0;
  OnceObserver const observer = [&](std::size_t probe, ProbeResult result, bool starved) {
    report.rows[probe].add(std::move(result));
    starved_attempts += starved ? 1 : 0;
  };
  co_await run_once(roster.probes, options, observer);
  add_remarks(report, roster.probes, starved_attempts);
  report.summary = summarize(report.rows);
  report.duration = Deadline::Clock::now() - begin;
  co_return report;
}

}  // namespace

int check(const config::Document& document, const Selection& selection, OnceOptions options,
          const CommandFlags& flags) {
  asio::io_context io;
  auto fleet = read_fleet(document);
  auto const report = run_to_end(io, make_report(&fleet, selection, options));
  return conclude(io, report, flags);
}

int run_check(int argc, const char* const* argv) {
  app::Flags flags(
      "slo_prober check",
      command_help("Tries every configured target now, by the daemon's own probes, and names what\n"
                   "fails, at which step, why and by how much. Several attempts at a target are\n"
                   "well only if all are.",
                   "slo_prober check --label slot=blue --attempts 3"));
  CommandFlags common;
  Selection selection;
  OnceOptions options;
  common.register_on(flags, "check");
  selection.register_on(flags);
  std::uint64_t attempts = options.attempts, concurrency = options.concurrency;
  add_count(flags, "attempts", "Attempts at each target (1).", &attempts, 1, 10'000);
  add_duration(flags, "interval", "Between the starts of two attempts at one target (1s).", &options.interval,
               10ms, 1h);
  add_count(flags, "concurrency", "Attempts under way at once (50).", &concurrency, 1, 10'000);
  if (!flags.parse(argc, argv)) return app::exit_met;
  common.settle();
  options.attempts = attempts;
  options.concurrency = concurrency;
  return check(config::Document::load(common.config_file), selection, options, common);
}

}  // namespace fleet::probers
