#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <ctime>

#include "core/app/exit_status.hpp"
#include "core/config/document.hpp"
#include "core/http/client.hpp"
#include "slo/backtest/firing.hpp"
#include "slo/backtest/instants.hpp"
#include "slo/backtest/range_query.hpp"
#include "slo/commands/commands.hpp"
#include "slo/commands/reading_flags.hpp"
#include "slo/number_text.hpp"
#include "slo/rules/objective_rules.hpp"

namespace fleet::slo {

namespace {

struct BacktestOptions {
  std::string server, from = "now-1d", to = "now", step = "30s", timeout = "5m";
  bool recorded = false;
};

/// One alert of one objective over the range.
struct Trial {
  std::string objective, alert, severity, expression;
  std::int64_t hold = 0;
  std::vector<Firing> firings;
};

Range range_of(const BacktestOptions& options) {
  std::int64_t const now = std::time(nullptr);
  auto const from = parse_instant(options.from, now), to = parse_instant(options.to, now);
  std::string const forms =
      "expected an instant such as 2026-11-27T10:00:00Z, 2026-11-27, now-7d or now, got `";
  if (!from) throw app::UsageError("--from: " + forms + options.from + "`");
  if (!to) throw app::UsageError("--to: " + forms + options.to + "`");
  if (*to <= *from) throw app::UsageError("--to: expected an instant behind --from");
  auto const step = config::parse_duration(options.step);
  if (!step || *step < std::chrono::seconds(1) || step->count() % 1000 != 0)
    throw app::UsageError("--step: expected a duration of whole seconds such as 30s, got `" + options.step +
                          "`");
  return {*from, *to, step->count() / 1000};
}

std::vector<Trial> trials_of(const std::vector<Specification>& specifications, Reading source) {
  std::vector<Trial> out;
  for (const auto& specification : specifications) {
    for (const auto& objective : specification.objectives) {
      for (const auto& rule : alert_rules(objective, source)) {
        auto const severity = rule.labels.find("sloth_severity");
        out.push_back({objective.id(),
                       rule.alert,
                       severity == rule.labels.end() ? "missing data" : severity->second,
                       rule.expression,
                       rule.hold.count() / 1000,
                       {}});
      }
    }
  }
  return out;
}

awaitable<bool> try_all(http::Client& client, http::Url server, std::vector<Trial>& trials, Range range,
                        Deadline deadline) {
  for (auto& trial : trials) {
    auto work = instants_true(client, server, trial.expression, range, deadline);
    auto const instants = co_await std::move(work);
    trial.firings = firings(instants, range.step, trial.hold);
  }
  co_return true;
}

void measure(const BacktestOptions& options, const Range& range, std::vector<Trial>& trials) {
  auto const server = http::Url::parse(options.server);
  if (!server)
    throw app::UsageError("--prometheus: expected an http:// or https:// URL, got `" + options.server + "`");
  auto const timeout = config::parse_duration(options.timeout);
  if (!timeout)
    throw app::UsageError("--timeout: expected a duration such as 5m, got `" + options.timeout + "`");
  asio::io_context io;
  http::Client client;
  std::exception_ptr failure;
  asio::co_spawn(io, try_all(client, *server, trials, range, Deadline::after(*timeout)),
                 [&](std::exception_ptr error, bool) { failure = error; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

/// Prints what fired; returns whether anything did.
bool print(const std::vector<Trial>& trials, const Range& range) {
  std::printf("From %s to %s, every %lld s:\n", format_instant(range.from).c_str(),
              format_instant(range.to).c_str(), static_cast<long long>(range.step));
  bool any = false;
  for (const auto& trial : trials) {
    std::int64_t total = 0;
    for (const auto& firing : trial.firings) total += firing.to - firing.from;
    std::printf("%s %s (%s): ", trial.objective.c_str(), trial.alert.c_str(), trial.severity.c_str());
    if (trial.firings.empty()) {
      std::printf("would not have fired\n");
      continue;
    }
    any = true;
    std::printf("would have fired %zu time(s), %s in all\n", trial.firings.size(),
                span_text(static_cast<double>(total)).c_str());
    for (const auto& firing : trial.firings)
      std::printf("  %s to %s\n", format_instant(firing.from).c_str(), format_instant(firing.to).c_str());
  }
  return any;
}

}  // namespace

int run_backtest(int argc, const char* const* argv) {
  ReadingFlags reading;
  BacktestOptions options;
  app::Flags flags("slo_rules backtest",
                   "Says when each alert would have fired, on the history that a Prometheus holds. The alerts' "
                   "expressions are "
                   "evaluated there from raw samples, so the rules need not have been loaded.\n\nExample:\n  "
                   "slo_rules backtest "
                   "--prometheus=http://prometheus:9090 --from=now-7d slo/legalllm.yml\n\nExit: 0 nothing "
                   "would have fired, 1 "
                   "something would, 2 bad usage or specification, 3 Prometheus could not be asked.");
  reading.register_on(flags);
  flags.text("prometheus", "URL", "The Prometheus to ask.", &options.server);
  flags.text("from", "INSTANT", "2026-11-27T10:00:00Z, 2026-11-27, now-7d or seconds since 1970 (now-1d).",
             &options.from);
  flags.text("to", "INSTANT", "The same (now).", &options.to);
  flags.text("step", "LENGTH", "Between evaluations (30s).", &options.step);
  flags.text("timeout", "LENGTH", "For all queries together (5m).", &options.timeout);
  flags.toggle("recorded", "Use the recorded series, where the rules were loaded: cheaper for Prometheus.",
               &options.recorded);
  if (!flags.parse(argc, argv)) return app::exit_met;
  if (options.server.empty()) throw app::UsageError("--prometheus: expected a URL, see --help");
  auto const range = range_of(options);
  auto trials = trials_of(reading.read(), options.recorded ? Reading::recorded : Reading::inlined);
  if (trials.empty()) throw app::UsageError("the specifications have no alerts");
  measure(options, range, trials);
  return print(trials, range) ? app::exit_missed : app::exit_met;
}

}  // namespace fleet::slo
