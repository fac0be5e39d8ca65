#include "probers/slo_prober/run_prober.hpp"

#include <cstdio>

#include "core/app/daemon.hpp"
#include "probers/once.hpp"
#include "probers/slo_prober/config.hpp"

namespace fleet::probers {

namespace {

constexpr auto program = "slo_prober";

int try_once(FleetConfig fleet) {
  asio::io_context io;
  std::vector<OnceRow> rows;
  auto const work = [](std::vector<ScheduledProbe> probes, std::vector<OnceRow>* into) -> awaitable<void> {
    *into = co_await run_once(std::move(probes));
  };
  asio::co_spawn(io, work(std::move(fleet.probes), &rows), asio::detached);
  io.run();
  std::fputs(render_table(rows).c_str(), stdout);
  return exit_status(rows);
}

awaitable<void> collect(Schedule* schedule, Families* out) {
  schedule->collect(*out);
  co_return;
}

int serve(const app::CommonFlags& flags, FleetConfig fleet) {
  app::Daemon daemon(program, flags);
  Schedule schedule(daemon.worker().get_executor(), daemon.instruments());
  schedule.replace(std::move(fleet.probes), fleet.latency);

  app::DaemonHooks hooks;
  hooks.collect = [&](Deadline, Families& out) { return collect(&schedule, &out); };
  hooks.reload = [&] {
    auto next = read_fleet(config::Document::load(flags.config_file));
    schedule.replace(std::move(next.probes), next.latency);
  };
  hooks.stop = [&] { schedule.stop(); };
  hooks.landing_html = "<p>Tries the system as a user would and counts good and bad results per target.</p>";
  return daemon.run(std::move(hooks));
}

}  // namespace

int run_prober(int argc, const char* const* argv) {
  app::CommonFlags common;
  app::Flags flags(program, "Synthetic prober: tries HTTP pages and A2A agents on a fixed timetable.");
  common.register_on(
      flags, "prober.yml", ":9706",
      "Try every target once, print a table and exit: 0, 1 if a target fails, or 3 if that cannot be told.");
  try {
    if (!flags.parse(argc, argv)) return app::exit_met;
    auto fleet = read_fleet(config::Document::load(common.config_file));
    if (common.config_check) {
      std::printf("%s: OK, %zu targets\n", common.config_file.c_str(), fleet.probes.size());
      return app::exit_met;
    }
    logging::start(program, common.log_level, common.log_style);
    return common.once ? try_once(std::move(fleet)) : serve(common, std::move(fleet));
  } catch (const app::UsageError& error) {
    std::fprintf(stderr, "%s: error: %s\n", program, error.what());
  } catch (const config::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: error: %s\n", program, error.what());
    return app::exit_unmeasured;
  }
  return app::exit_usage;
}

}  // namespace fleet::probers
