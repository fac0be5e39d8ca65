#include "tests/faults/fault_run.hpp"

#include <algorithm>
#include <future>
#include <stdexcept>
#include <thread>

#include "tests/servers/liar.hpp"

namespace fleet::testing {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds scrape_timeout{2};
// The source is back: by then all is as before.
constexpr seconds recovery_limit{10};
// For what is measured in the background: the feeds' answer limit, the probes' interval and timeout.
constexpr seconds soon{8};
// Between two scrapes of one program.
constexpr milliseconds pace{100};

milliseconds since(Clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
}

void add_once(std::vector<std::string>& problems, std::string problem) {
  if (std::find(problems.begin(), problems.end(), problem) == problems.end())
    problems.push_back(std::move(problem));
}

std::string shown(std::optional<double> value) { return value ? std::to_string(*value) : "absent"; }

/// The first of the series that has another value than this; "" if none has.
std::string first_unlike(const Scrape& page, const std::vector<std::string>& series, double wanted) {
  for (auto const& name : series) {
    if (auto const value = page.value(name); value != wanted) return name + " is " + shown(value);
  }
  return "";
}

/// A scrape, with what must hold for every page whatever happens.
Scrape checked_scrape(const WatchedProgram& program, bool with_others, FaultCell& cell) {
  auto page = program.scrape(scrape_timeout);
  ++cell.scrapes;
  cell.slowest_scrape = std::max(cell.slowest_scrape, page.took);
  if (page.status != 200) {
    add_once(cell.problems, "a scrape: status " + std::to_string(page.status) + " " + page.error);
    return page;
  }
  if (page.took >= scrape_timeout) add_once(cell.problems, "a scrape took longer than its timeout");
  for (auto const& self : {program.name() + "_build_info", program.name() + "_scrapes_total",
                           std::string("process_resident_memory_bytes")}) {
    if (!page.has_family(self)) add_once(cell.problems, self + " is not on the page");
  }
  auto const lost = first_unlike(page, program.expectations().kept, 1);
  if (with_others && !lost.empty()) add_once(cell.problems, "of another source: " + lost);
  return page;
}

/// Why the page is not that of a program whose source is well; "" if it is.
std::string not_well(const WatchedProgram& program, const Scrape& page, int fed) {
  if (page.status != 200) return "status " + std::to_string(page.status) + " " + page.error;
  auto const& expected = program.expectations();
  for (auto const* series : {&expected.down_at_once, &expected.down_soon, &expected.kept}) {
    if (auto const other = first_unlike(page, *series, 1); !other.empty()) return other;
  }
  if (auto const other = first_unlike(page, expected.fed, fed); !other.empty()) {
    return other + ", not " + std::to_string(fed);
  }
  for (auto const& [series, value] : page.samples) {
    if (series.starts_with(program.name() + "_collector_success") && value != 1) return series + " is 0";
  }
  return "";
}

void check_counters(const Scrape& before, const Scrape& after, bool may_be_absent, FaultCell& cell) {
  for (auto const& [series, value] : before.own_counters) {
    if (series.starts_with("process_")) continue;
    auto const now = after.value(series);
    if (!now && may_be_absent) continue;
    if (!now || *now < value) {
      add_once(cell.problems, "counter " + series + " was " + shown(value) + ", is " + shown(now));
    }
  }
}

/// Runs `work` for every program at once.
template <class Work>
void for_each_at_once(std::size_t count, Work work) {
  std::vector<std::future<void>> all;
  for (std::size_t n = 0; n < count; ++n)
    all.push_back(std::async(std::launch::async, [&work, n] { work(n); }));
  for (auto& each : all) each.get();
}

void merge(const FaultCell& from, FaultCell& into) {
  into.scrapes += from.scrapes;
  into.slowest_scrape = std::max(into.slowest_scrape, from.slowest_scrape);
  for (auto const& problem : from.problems) add_once(into.problems, problem);
}

/// Scrapes while the source is down.
void watch_down(const WatchedProgram& program, const Fault& fault, const Scrape& before, int fed,
                FaultCell& cell) {
  auto const& expected = program.expectations();
  // What has just been started may not have measured the others yet.
  bool const others_answer = !(fault.no_descriptors && expected.others_connect_anew);
  bool const with_others = !fault.programs_start_in_it && !fault.new_process && others_answer;
  auto const begin = Clock::now();
  std::string soon_problem;
  for (int scrape = 0; scrape < 2 || !soon_problem.empty(); ++scrape) {
    // Two scrapers at once, as a pair of Prometheus servers is.
    auto twin = std::async(std::launch::async, [&] {
      FaultCell of_twin;
      auto const same = checked_scrape(program, with_others, of_twin);
      auto const other = same.status == 200 ? first_unlike(same, expected.down_at_once, 0) : "";
      if (!other.empty()) of_twin.problems.push_back("while down, to another scraper: " + other);
      return of_twin;
    });
    auto const page = checked_scrape(program, with_others, cell);
    merge(twin.get(), cell);
    if (page.status != 200 && scrape > 3) return;
    if (page.status == 200) {
      if (auto const other = first_unlike(page, expected.down_at_once, 0); !other.empty()) {
        add_once(cell.problems, "while down: " + other);
      }
      soon_problem = first_unlike(page, expected.down_soon, 0);
      if (soon_problem.empty() && others_answer) soon_problem = first_unlike(page, expected.kept, 1);
      if (expected.remembers_fed && !fault.programs_start_in_it && !fault.new_process) {
        auto const other = first_unlike(page, expected.fed, fed);
        if (!other.empty()) add_once(cell.problems, "while down: " + other + ", not " + std::to_string(fed));
        check_counters(before, page, true, cell);
      }
      if (soon_problem.empty() && !cell.said_down) cell.said_down = since(begin);
    }
    if (since(begin) > soon && !soon_problem.empty()) {
      add_once(cell.problems, "while down, after " + std::to_string(soon.count()) + " s: " + soon_problem);
      return;
    }
    std::this_thread::sleep_for(pace);
  }
}

/// Scrapes until the page is whole again; returns that page.
Scrape watch_recovery(const WatchedProgram& program, bool with_others, int fed, FaultCell& cell) {
  auto const begin = Clock::now();
  for (;;) {
    auto page = checked_scrape(program, with_others, cell);
    auto const problem = not_well(program, page, fed);
    if (problem.empty()) {
      cell.recovered = since(begin);
      return page;
    }
    if (since(begin) > recovery_limit) {
      add_once(cell.problems, "not back after " + std::to_string(recovery_limit.count()) + " s: " + problem);
      return page;
    }
    std::this_thread::sleep_for(pace);
  }
}

/// Scrapes while nothing of the fault may show: the page is whole soon, and stays it.
void watch_well(const WatchedProgram& program, const Fault& fault, int fed, FaultCell& cell) {
  watch_recovery(program, !fault.new_process, fed, cell);
  cell.recovered.reset();
  for (int scrape = 0; scrape < 5 && cell.problems.empty(); ++scrape) {
    auto const problem = not_well(program, checked_scrape(program, true, cell), fed);
    if (!problem.empty()) add_once(cell.problems, "meanwhile: " + problem);
    std::this_thread::sleep_for(pace);
  }
}

void run_if_any(const std::function<void()>& work) {
  if (work) work();
}

Fault liar_fault(Source& source, std::string name, std::string bytes, GarbageServer::Then then) {
  auto const liar = std::make_shared<std::unique_ptr<GarbageServer>>();
  auto const begin = [liar, &source, bytes, then] {
    source.stop();
    *liar = std::make_unique<GarbageServer>(bytes, then, source.port());
  };
  auto const end = [liar, &source] {
    liar->reset();
    source.start();
  };
  return {.name = std::move(name), .begin = begin, .end = end};
}

}  // namespace

std::vector<Fault> process_faults(Source& source,
                                  const std::vector<std::pair<std::string, std::string>>& garbages) {
  using Then = GarbageServer::Then;
  auto const start = [&source] { source.start(); };
  auto const freeze = [&source] { source.freeze(); };
  auto const thaw = [&source] { source.thaw(); };
  std::vector<Fault> faults;
  faults.push_back({.name = "stopped", .begin = [&source] { source.stop(); }, .end = start});
  faults.push_back(
      {.name = "restarted", .begin = [&source] { source.stop(); }, .end = start, .shows = Shows::unasked});
  faults.push_back({.name = "killed -9", .begin = [&source] { source.kill9(); }, .end = start});
  faults.push_back({.name = "killed -9 and restarted",
                    .begin = [&source] { source.kill9(); },
                    .end = start,
                    .shows = Shows::unasked});
  faults.push_back({.name = "frozen, with a kept connection", .begin = freeze, .end = thaw});
  faults.push_back(
      {.name = "frozen from the start", .begin = freeze, .end = thaw, .programs_start_in_it = true});
  faults.push_back(liar_fault(source, "accepts and hangs", "", Then::keep_open));
  faults.push_back(liar_fault(source, "closes at once", "", Then::close_at_once));
  faults.push_back(liar_fault(source, "closes when asked", "", Then::close));
  for (auto const& [name, bytes] : garbages) {
    faults.push_back(liar_fault(source, "answers " + name, bytes, Then::keep_open));
  }
  return faults;
}

FaultRun::FaultRun(std::string source, std::function<void()> feed,
                   std::vector<std::unique_ptr<WatchedProgram>> programs)
    : source_(std::move(source)), feed_(std::move(feed)), programs_(std::move(programs)) {}

void FaultRun::feed() {
  feed_();
  ++fed_;
}

/// From the first of its doings to the last but its end.
void FaultRun::befall(const Fault& fault, const std::vector<Scrape>& before, std::vector<FaultCell>& row) {
  auto const count = programs_.size();
  auto const each = [&](const std::function<void(WatchedProgram&)>& work) {
    for (std::size_t n = 0; work && n < count; ++n) {
      try {
        work(*programs_[n]);
      } catch (const std::exception& error) {
        row[n].problems.emplace_back(error.what());
      }
    }
  };
  if (fault.programs_start_in_it) {
    for (auto const& program : programs_) program->stop();
  }
  run_if_any(fault.begin);
  if (fault.programs_start_in_it) {
    for (auto const& program : programs_) program->start();
  }
  each(fault.strike);
  run_if_any(fault.then);
  if (fault.shows == Shows::source_down) {
    for_each_at_once(count, [&](std::size_t n) { watch_down(*programs_[n], fault, before[n], fed_, row[n]); });
  } else if (fault.shows == Shows::all_well) {
    feed();
    for_each_at_once(count, [&](std::size_t n) { watch_well(*programs_[n], fault, fed_, row[n]); });
  }
  each(fault.relent);
}

void FaultRun::suffer(const Fault& fault, std::vector<FaultCell>& cells) {
  auto const count = programs_.size();
  std::vector<FaultCell> row(count);
  std::vector<Scrape> before(count), after(count);
  for (std::size_t n = 0; n < count; ++n) {
    row[n].program = programs_[n]->name();
    row[n].source = source_;
    row[n].fault = fault.name;
  }
  for_each_at_once(count, [&](std::size_t n) {
    FaultCell well;
    before[n] = watch_recovery(*programs_[n], false, fed_, well);
    for (auto const& problem : well.problems) row[n].problems.push_back("before the fault: " + problem);
  });
  befall(fault, before, row);
  std::vector<pid_t> pids;
  for (auto const& program : programs_) pids.push_back(program->pid());
  run_if_any(fault.end);
  feed();
  for_each_at_once(count, [&](std::size_t n) {
    bool const with_others = !(fault.no_descriptors && programs_[n]->expectations().others_connect_anew);
    after[n] = watch_recovery(*programs_[n], with_others, fed_, row[n]);
  });
  for (std::size_t n = 0; n < count; ++n) {
    bool const counts_on = !fault.programs_start_in_it && !fault.new_process;
    if (counts_on && row[n].recovered) check_counters(before[n], after[n], false, row[n]);
    if (programs_[n]->pid() != pids[n] || !programs_[n]->running()) {
      row[n].problems.push_back("the program has ended:\n" + programs_[n]->log());
    }
    cells.push_back(std::move(row[n]));
  }
}

std::vector<FaultCell> FaultRun::run(const std::vector<Fault>& faults) {
  for (auto const& program : programs_) program->start();
  feed();
  std::vector<FaultCell> cells;
  for (auto const& fault : faults) suffer(fault, cells);
  for (auto const& program : programs_) program->stop();  // sanitizers have their say
  std::stable_sort(cells.begin(), cells.end(),
                   [](auto const& a, auto const& b) { return a.program < b.program; });
  return cells;
}

}  // namespace fleet::testing
