#include "probers/commands/load.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/app/exit_status.hpp"
#include "core/app/flag_values.hpp"
#include "core/io/descriptor_limit.hpp"
#include "probers/commands/command.hpp"
#include "probers/commands/report_formats.hpp"
#include "probers/commands/selection.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

struct LoadFlags {
  std::uint64_t users = 50;
  double per_user = 1;
  std::chrono::milliseconds duration{300'000}, ramp{30'000}, timeout{0};
  std::uint64_t max_in_flight = 0;  // 0: ten times the users, at least 100
  std::string probe, url, target, module;
  double target_ms = 0;  // 0: none
  LatencyObjective objective{std::nullopt, 0.95, 0.01};
  bool progress = ::isatty(STDERR_FILENO) == 1;

  void register_on(app::Flags& flags);
  /// Throws UsageError for flags that exclude each other.
  void settle();
};

void LoadFlags::register_on(app::Flags& flags) {
  add_count(flags, "concurrent-users", "Users (50).", &users, 1, 100'000);
  add_number(flags, "rate", "R", "Requests a second that each user sends, answered or not (1).", &per_user,
             0.001, 1000);
  add_duration(flags, "duration", "How long requests are sent, ramp-up included (300).", &duration, 100ms,
               168h);
  add_duration(flags, "ramp-up", "How long the rate rises from nothing (30).", &ramp, 0ms, 24h);
  flags.text("probe", "NAME", "Load the targets of this probe, in turn (every http and workflow probe).",
             &probe);
  flags.text("url", "URL", "Load this URL with plain GETs.", &url);
  flags.text("target", "TARGET", "Load this target by --module.", &target);
  flags.text("module", "NAME", "Module, probe or kind for --target.", &module);
  add_duration(flags, "timeout", "Of one request (the probe's or module's, else 5s).", &timeout, 1ms, 1h);
  add_count(flags, "max-in-flight",
            "Requests under way at once; more are not sent and count as failed (10 a user).", &max_in_flight, 1,
            1'000'000);
  add_number(flags, "target-ms", "MS", "Objective: latency that most requests must keep (none).", &target_ms,
             0.001, 3'600'000);
  add_number(flags, "quantile", "Q", "The share of requests that must keep it (0.95).", &objective.quantile,
             0.01, 1);
  add_number(flags, "max-error-ratio", "R", "Objective: share of requests that may fail (0.01).",
             &objective.max_error_ratio, 0, 1);
  flags.toggle("progress", "A line a second on standard error (on a terminal, unless --output=json).",
               &progress);
}

void LoadFlags::settle() {
  auto const ways = (probe.empty() ? 0 : 1) + (url.empty() ? 0 : 1) + (target.empty() ? 0 : 1);
  if (ways > 1) throw app::UsageError("expected only one of --probe, --url and --target");
  if (target.empty() != module.empty()) throw app::UsageError("expected --target and --module together");
  if (max_in_flight == 0) max_in_flight = std::max<std::uint64_t>(100, 10 * users);
  if (target_ms > 0) objective.target = std::chrono::nanoseconds(static_cast<std::int64_t>(target_ms * 1e6));
}

std::vector<ScheduledProbe> one_target(const LoadFlags& options, const std::optional<FleetConfig>& fleet) {
  bool const plain = !options.url.empty();
  auto const name = plain ? "http" : options.module;
  // A URL is loaded as plainly as it was said, whatever a module of that name would ask for.
  auto const module = find_module(plain ? std::nullopt : fleet, name);
  ScheduledProbe probe;
  TargetSpec const spec{plain ? options.url : options.target, ""};
  probe.identity = {name, spec.address, {}};
  probe.kind = module.kind;
  probe.timeout = module.timeout.value_or(5s);
  probe.probe = module.module->probe(spec);
  return {std::move(probe)};
}

/// What users do, if nothing else was asked for: pages and workflows, but no expensive ones.
bool loads_by_default(const ScheduledProbe& probe) {
  return (probe.kind == "http" || probe.kind == "workflow") && !probe.exclusive;
}

std::vector<ScheduledProbe> configured_targets(asio::io_context& io, const LoadFlags& options,
                                               const FleetConfig& fleet) {
  auto roster = run_to_end(io, roster_of(fleet, Deadline::after(10s)));
  for (auto const& gap : roster.gaps) {
    bool const wanted = options.probe.empty() || options.probe == gap.identity.probe;
    if (wanted)
      std::fprintf(stderr, "%s/%s: %s\n", gap.identity.probe.c_str(), gap.identity.target.c_str(),
                   gap.why.c_str());
  }
  roster.gaps.clear();
  if (options.probe.empty()) {
    std::erase_if(roster.probes, [](auto const& probe) { return !loads_by_default(probe); });
    if (roster.probes.empty())
      throw app::UsageError(
          "the configuration has no http or workflow probe; expected --probe, --url or --target");
  } else {
    Selection selection;
    selection.probes = {options.probe};
    apply(selection, roster);
  }
  return std::move(roster.probes);
}

std::string progress_line(const LoadProgress& now) {
  char line[256];
  std::snprintf(line, sizeof line,
                "%s  sent %llu  %.1f/s  in flight %llu  failed %llu  not sent %llu  p50 %s  p99 %s  max %s",
                human_seconds(now.elapsed).c_str(), static_cast<unsigned long long>(now.sent),
                static_cast<double>(now.ended_lately) / std::chrono::duration<double>(now.lately).count(),
                static_cast<unsigned long long>(now.in_flight), static_cast<unsigned long long>(now.failed),
                static_cast<unsigned long long>(now.not_sent), human_seconds(now.waits.quantile(0.5)).c_str(),
                human_seconds(now.waits.quantile(0.99)).c_str(), human_seconds(now.waits.max()).c_str());
  return line;
}

void show_progress(const LoadProgress& now) { std::fprintf(stderr, "%s\n", progress_line(now).c_str()); }

}  // namespace

int run_load_command(int argc, const char* const* argv) {
  app::Flags flags(
      "slo_prober load",
      command_help("Sends requests as a number of independent users would: at a fixed rate, whether\n"
                   "those before were answered or not (an open loop), and counts how long each user\n"
                   "waits from the instant the request was due.",
                   "slo_prober load --concurrent-users 50 --duration 300 --ramp-up 30\n"
                   "slo_prober load --url http://127.0.0.1:8080/ --rate 5 --target-ms 200"));
  CommandFlags common;
  LoadFlags options;
  common.register_on(flags, "load");
  options.register_on(flags);
  if (!flags.parse(argc, argv)) return app::exit_met;
  common.settle();
  options.settle();
  auto const descriptors = io::raise_descriptor_limit();

  asio::io_context io;
  std::optional<FleetConfig> fleet;
  bool const by_hand = !options.url.empty() || !options.target.empty();
  if (by_hand) {
    if (options.url.empty()) fleet = read_fleet_if_there(common);
  } else {
    fleet = read_fleet(config::Document::load(common.config_file));
  }
  auto targets = by_hand ? one_target(options, fleet) : configured_targets(io, options, *fleet);
  if (options.timeout.count() > 0) {
    for (auto& target : targets) target.timeout = options.timeout;
  }
  auto const offered = static_cast<double>(options.users) * options.per_user;
  LoadPlan plan{
      Arrivals(offered, options.ramp, options.duration), std::move(targets), 0, options.objective, {}};
  plan.max_in_flight = std::min(options.max_in_flight, descriptors > 128 ? descriptors - 64 : descriptors / 2);
  if (options.progress && common.output != Output::json) plan.progress = show_progress;
  auto const began = std::chrono::system_clock::now();
  auto report = judge_load(run_to_end(io, run_load(std::move(plan))), offered, options.objective);
  report.began = began;
  report.duration = std::chrono::system_clock::now() - began;
  return conclude(io, report, common);
}

}  // namespace fleet::probers
