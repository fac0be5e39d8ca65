// What befalls the programs themselves: killed, frozen, without a descriptor, on a full disk, beside a clock
// that steps, under a storm of reloads. Each answers again with a whole page, has lost no count, and leaks
// nothing.
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/faults/fault_parts.hpp"
#include "tests/faults/fault_run.hpp"
#include "tests/faults/fleet_programs.hpp"
#include "tests/faults/machine.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

using namespace std::chrono_literals;
using Programs = std::vector<std::unique_ptr<WatchedProgram>>;

void freeze_under_a_scrape(WatchedProgram& program) {
  program.signal(SIGSTOP);
  if (program.scrape(1s).status != 0) throw std::runtime_error("a frozen program answered: the fault is none");
}

/// Readable files and broken ones in turns, by both ways of asking, with scrapes in between.
void storm_of_reloads(WatchedProgram& program) {
  auto const before = program.descriptors();
  for (int n = 0; n < 120; ++n) {
    bool const good = n % 2 != 0;
    program.write_config(good ? program.config() : "this: [is, not\n");
    if (n % 3 == 0) {
      auto const status = http_request("POST", program.port(), "/-/reload").status;
      if ((status == 200) != good) throw std::runtime_error("a reload was answered " + std::to_string(status));
    } else {
      program.signal(SIGHUP);
    }
    if (n % 10 == 0 && program.scrape(2s).status != 200) throw std::runtime_error("no page under the storm");
  }
  auto const reloaded = program.name() + "_config_last_reload_successful";
  if (!wait_until([&] { return program.scrape(2s).value(reloaded) == 1; })) {
    throw std::runtime_error("the last reload was of a good file, but " + reloaded + " is not 1");
  }
  if (!wait_until([&] { return program.descriptors() <= before + 2; })) {
    throw std::runtime_error(std::to_string(program.descriptors()) + " descriptors after the storm, " +
                             std::to_string(before) + " before");
  }
}

std::vector<Fault> program_faults(Source& source, Machine& machine) {
  auto const stop = [&source] { source.stop(); };
  auto const start = [&source] { source.start(); };
  auto const step_to = [&machine](std::int64_t seconds_off) {
    return [&machine, seconds_off] { machine.step_clock(seconds_off); };
  };
  std::vector<Fault> faults;
  faults.push_back({.name = "program: killed -9, started again",
                    .strike =
                        [](WatchedProgram& program) {
                          program.kill9();
                          program.start();
                        },
                    .shows = Shows::all_well,
                    .new_process = true});
  faults.push_back({.name = "program: frozen under a scrape",
                    .strike = freeze_under_a_scrape,
                    .relent = [](WatchedProgram& program) { program.signal(SIGCONT); },
                    .shows = Shows::unasked});
  faults.push_back({.name = "clock: an hour ahead, and back",
                    .begin = step_to(3600),
                    .end = step_to(0),
                    .shows = Shows::all_well});
  faults.push_back({.name = "clock: an hour behind, and back",
                    .begin = step_to(-3600),
                    .end = step_to(0),
                    .shows = Shows::all_well});
  faults.push_back(
      {.name = "program: a storm of reloads", .strike = storm_of_reloads, .shows = Shows::all_well});
  // The source goes first, so that each connection to it needs a descriptor that is not to be had.
  faults.push_back({.name = "program: no descriptors",
                    .begin = stop,
                    .strike =
                        [](WatchedProgram& program) {
                          program.keep_scrapers();
                          for (auto const& series : program.expectations().down_soon) {
                            if (!wait_until([&] { return program.scrape(2s).value(series) == 0; })) {
                              throw std::runtime_error("before its descriptors went: " + series + " is not 0");
                            }
                          }
                          if (program.scrape(2s).status != 200) throw std::runtime_error("no page");
                        },
                    .then =
                        [&] {
                          machine.take_descriptors(true);
                          source.start();
                        },
                    .relent = [](WatchedProgram& program) { program.forget_scrapers(); },
                    .end = [&] { machine.take_descriptors(false); },
                    .no_descriptors = true});
  faults.push_back({.name = "program: its log on a full disk",
                    .strike =
                        [](WatchedProgram& program) {
                          program.stop();
                          program.log_to("/dev/full");
                          program.start();
                        },
                    .then = stop,
                    .end = start,
                    .new_process = true});
  return faults;
}

std::vector<FaultCell> cells_of(const std::string& name, Source& source, Programs programs) {
  Machine machine;
  for (auto const& program : programs) program->set_environment(machine.environment());
  FaultRun run(
      name, [&] { source.feed(); }, std::move(programs));
  return run.run(program_faults(source, machine));
}

std::vector<FaultCell> redis_cells() {
  RedisSource redis, other;
  Programs programs;
  programs.push_back(a2a_exporter(redis.address()));
  programs.push_back(document_exporter(redis.address()));
  programs.push_back(redis_health_exporter(redis.address(), other.address()));
  return cells_of("redis", redis, std::move(programs));
}

std::vector<FaultCell> postgres_cells() {
  PostgresSource postgres, other;
  SiteSource site;
  Programs programs;
  programs.push_back(pg_health_exporter(postgres.address(), other.address()));
  programs.push_back(compliance_exporter(postgres.address(), site.address(), Faulted::database));
  programs.push_back(consent_exporter(postgres.address()));
  return cells_of("postgres", postgres, std::move(programs));
}

std::vector<FaultCell> site_cells() {
  SiteSource site, other;
  Programs programs;
  programs.push_back(slo_prober(site.address(), other.address()));
  return cells_of("http", site, std::move(programs));
}

}  // namespace

TEST_CASE("what befalls a program is over when its cause is") {
  check_fault_table({redis_cells, postgres_cells, site_cells}, 49);
}

}  // namespace fleet::testing
