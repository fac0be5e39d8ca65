#include "probers/schedule.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

/// Takes as long as it is told, counts its calls.
class Sleeper : public Probe {
 public:
  explicit Sleeper(std::chrono::milliseconds length) : length_(length) {}
  awaitable<ProbeResult> attempt(Attempt attempt) override {
    ++attempts;
    most_at_once = std::max(most_at_once, ++running);
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             std::min(length_, std::chrono::milliseconds(1h)));
    if (throws) throw std::runtime_error("broken probe");
    std::string const what = "sleep";
    co_await before(attempt.deadline, wait(&timer), what);
    --running;
    if (fails) co_return ProbeResult::bad(Reason::status, "status", "HTTP status 500");
    ProbeResult result;
    result.a2a_latency = length_;
    co_return result;
  }
  int attempts = 0, running = 0, most_at_once = 0;
  bool throws = false, fails = false;

 private:
  static awaitable<void> wait(asio::steady_timer* timer) { co_await timer->async_wait(asio::use_awaitable); }
  std::chrono::milliseconds length_;
};

std::string page(Schedule& schedule, const Instruments& instruments) {
  Families families;
  schedule.collect(families);
  instruments.collect(families);
  return Exposition::render(families, Format::text_0_0_4);
}

double sample(const std::string& text, const std::string& series) {
  auto const at = text.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
}

/// Runs `io` until `done` or 10 s.
template <class Condition>
void run_until(asio::io_context& io, Condition done) {
  auto const limit = Deadline::after(10s);
  while (!done() && !limit.expired()) io.run_one_for(50ms);
  REQUIRE(done());
}

ScheduledProbe scheduled(std::shared_ptr<Probe> probe, std::chrono::milliseconds interval,
                         std::chrono::milliseconds timeout, std::string target = "t") {
  ScheduledProbe result;
  result.identity = {"p", target, {}};
  result.interval = interval;
  result.timeout = timeout;
  result.probe = std::move(probe);
  result.agent = std::move(target);
  return result;
}

}  // namespace

TEST_CASE("runs follow the timetable, and the latency gauge appears and goes with the target") {
  asio::io_context io;
  Instruments instruments;
  Schedule schedule(io.get_executor(), instruments);
  auto const probe = std::make_shared<Sleeper>(2ms);
  schedule.replace({scheduled(probe, 20ms, 1000ms)}, {});
  CHECK(page(schedule, instruments).find("a2a_protocol_latency_ms") == std::string::npos);
  run_until(io, [&] { return probe->attempts >= 5; });
  auto const text = page(schedule, instruments);
  CHECK(sample(text, R"(a2a_protocol_latency_ms{source="slo_prober",target="t"})") == 2);
  CHECK(sample(text, R"(slo_probe_results_total{probe="p",target="t",result="good"})") >= 3);
  schedule.stop();
  io.run();
}

TEST_CASE("a timeout above the interval overlaps, but only as often as it must") {
  asio::io_context io;
  Instruments instruments;
  Schedule schedule(io.get_executor(), instruments);
  auto const probe = std::make_shared<Sleeper>(1h);  // hangs
  schedule.replace({scheduled(probe, 20ms, 60ms)}, {});
  run_until(io, [&] { return probe->attempts >= 9; });
  CHECK(probe->most_at_once >= 2);
  schedule.stop();
  io.run();
  CHECK(sample(page(schedule, instruments), R"(slo_probe_results_total{probe="p",target="t",result="bad"})") >=
        5);
}

TEST_CASE("a blocked prober counts the runs it missed") {
  asio::io_context io;
  Instruments instruments;
  Schedule schedule(io.get_executor(), instruments);
  auto const probe = std::make_shared<Sleeper>(0ms);
  schedule.replace({scheduled(probe, 20ms, 1000ms)}, {});
  run_until(io, [&] { return probe->attempts >= 1; });
  auto const stall = Deadline::after(130ms);
  while (!stall.expired()) {
  }
  auto const missed = R"(slo_probe_missed_runs_total{probe="p",target="t",reason="late"})";
  run_until(io, [&] { return sample(page(schedule, instruments), missed) >= 4; });
  schedule.stop();
  io.run();
}

TEST_CASE("a probe that throws is unknown, not bad") {
  asio::io_context io;
  Instruments instruments;
  Schedule schedule(io.get_executor(), instruments);
  auto const probe = std::make_shared<Sleeper>(0ms);
  probe->throws = true;
  schedule.replace({scheduled(probe, 20ms, 1000ms)}, {});
  auto const unknown = R"(slo_probe_results_total{probe="p",target="t",result="unknown"})";
  run_until(io, [&] { return sample(page(schedule, instruments), unknown) >= 1; });
  CHECK(page(schedule, instruments).find("probe_success") == std::string::npos);
  schedule.stop();
  io.run();
}

TEST_CASE("a reload keeps the counters of what stays and removes the series of what goes") {
  asio::io_context io;
  Instruments instruments;
  Schedule schedule(io.get_executor(), instruments);
  auto const stays = std::make_shared<Sleeper>(0ms), goes = std::make_shared<Sleeper>(0ms);
  schedule.replace({scheduled(stays, 20ms, 1000ms, "stays"), scheduled(goes, 20ms, 1000ms, "goes")}, {});
  auto const good = [](const char* target) {
    return std::string(R"(slo_probe_results_total{probe="p",target=")") + target + R"(",result="good"})";
  };
  run_until(io, [&] { return sample(page(schedule, instruments), good("stays")) >= 3; });
  auto const before_reload = sample(page(schedule, instruments), good("stays"));
  auto const change = schedule.replace({scheduled(stays, 20ms, 1000ms, "stays")}, {});
  CHECK(to_string(change) == "1 removed: p/goes; 1 unchanged");
  CHECK(sample(page(schedule, instruments), good("stays")) == before_reload);
  CHECK(page(schedule, instruments).find("goes") == std::string::npos);
  run_until(io, [&] { return sample(page(schedule, instruments), good("stays")) > before_reload; });
  schedule.stop();
  io.run();
}

TEST_CASE("after a failure the repetitions show in last values, not in the ratio") {
  asio::io_context io;
  Instruments instruments;
  Schedule schedule(io.get_executor(), instruments);
  auto const probe = std::make_shared<Sleeper>(0ms);
  probe->fails = true;
  auto entry = scheduled(probe, 500ms, 100ms);
  entry.retry_interval = 5ms;
  schedule.replace({entry}, {});
  auto const bad_repeats = R"(slo_probe_repeats_total{probe="p",target="t",result="bad"})";
  run_until(io, [&] { return sample(page(schedule, instruments), bad_repeats) >= 3; });
  auto const booked =
      sample(page(schedule, instruments), R"(slo_probe_results_total{probe="p",target="t",result="bad"})");
  CHECK(booked < 3);
  CHECK(sample(page(schedule, instruments), R"(probe_success{probe="p",target="t"})") == 0);
  probe->fails = false;
  run_until(io,
            [&] { return sample(page(schedule, instruments), R"(probe_success{probe="p",target="t"})") == 1; });
  auto const good_repeats = R"(slo_probe_repeats_total{probe="p",target="t",result="good"})";
  run_until(io, [&] {
    return sample(page(schedule, instruments), good_repeats) == 1 ||
           sample(page(schedule, instruments),
                  R"(slo_probe_results_total{probe="p",target="t",result="good"})") >= 1;
  });
  schedule.stop();
  io.run();
}

TEST_CASE("a closed gate or window is a missed run with its reason") {
  asio::io_context io;
  Instruments instruments;
  Schedule schedule(io.get_executor(), instruments);
  bool open = false;
  schedule.set_gate([&](const ScheduledProbe&) { return open; });
  auto const probe = std::make_shared<Sleeper>(0ms);
  auto const quiet_probe = std::make_shared<Sleeper>(0ms);
  auto quiet = scheduled(quiet_probe, 20ms, 100ms, "quiet");
  quiet.windows.quiet.push_back(WeekWindow());
  schedule.replace({scheduled(probe, 20ms, 100ms), quiet}, {});
  auto const lease = R"(slo_probe_missed_runs_total{probe="p",target="t",reason="lease"})";
  auto const window = R"(slo_probe_missed_runs_total{probe="p",target="quiet",reason="window"})";
  run_until(io, [&] {
    auto const text = page(schedule, instruments);
    return sample(text, lease) >= 2 && sample(text, window) >= 2;
  });
  CHECK(probe->attempts == 0);
  CHECK(quiet_probe->attempts == 0);
  open = true;
  run_until(io, [&] { return probe->attempts >= 1; });
  schedule.stop();
  io.run();
}

TEST_CASE("a starved prober books unknown and spares the target's histogram") {
  asio::io_context io;
  Instruments instruments;
  Schedule schedule(io.get_executor(), instruments);
  auto const probe = std::make_shared<Sleeper>(1h);
  schedule.replace({scheduled(probe, 5s, 300ms)}, {});
  run_until(io, [&] { return probe->running == 1; });
  // The prober's own thread does not run for longer than the attempt had.
  auto const stall = Deadline::after(400ms);
  while (!stall.expired()) {
  }
  auto const starved = R"(slo_probe_results_total{probe="p",target="t",result="unknown"})";
  run_until(io, [&] { return sample(page(schedule, instruments), starved) == 1; });
  auto const text = page(schedule, instruments);
  CHECK(text.find(R"(slo_probe_failures_total{probe="p",target="t",reason="starved",)") != text.npos);
  CHECK(sample(text, R"(slo_probe_duration_seconds_count{probe="p",target="t"})") == 0);
  run_until(io,
            [&] { return sample(page(schedule, instruments), R"(slo_prober_stalls_total{worker="0"})") >= 1; });
  schedule.stop();
  io.run();
}

TEST_CASE("starvation excuses what depends on time and nothing else") {
  auto late = ProbeResult::bad(Reason::timeout, "connect", "timed out");
  CHECK(judge_starvation(late, 100ms, 1s));
  CHECK(late.outcome == Outcome::unknown);
  CHECK(late.reason == Reason::starved);
  auto short_stall = ProbeResult::bad(Reason::timeout, "connect", "timed out");
  CHECK(judge_starvation(short_stall, 99ms, 1s));
  CHECK(short_stall.outcome == Outcome::bad);
  auto wrong = ProbeResult::bad(Reason::status, "status", "HTTP status 500");
  CHECK(judge_starvation(wrong, 900ms, 1s));
  CHECK(wrong.reason == Reason::status);
  ProbeResult good;
  CHECK_FALSE(judge_starvation(good, 0ms, 1s));
}
