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
  awaitable<ProbeResult> attempt(Deadline deadline) override {
    ++attempts;
    most_at_once = std::max(most_at_once, ++running);
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             std::min(length_, std::chrono::milliseconds(1h)));
    if (throws) throw std::runtime_error("broken probe");
    co_await before(deadline, wait(&timer), "sleep");
    --running;
    ProbeResult result;
    result.a2a_latency = length_;
    co_return result;
  }
  int attempts = 0, running = 0, most_at_once = 0;
  bool throws = false;

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
  result.identity = {"p", target};
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
  CHECK(sample(text, R"(slo_probe_results_total{probe="p",target="t",result="good",reason="none"})") >= 3);
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
  CHECK(sample(page(schedule, instruments),
               R"(slo_probe_results_total{probe="p",target="t",result="bad",reason="timeout"})") >= 5);
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
  auto const unknown = R"(slo_probe_results_total{probe="p",target="t",result="unknown",reason="internal"})";
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
    return std::string(R"(slo_probe_results_total{probe="p",target=")") + target +
           R"(",result="good",reason="none"})";
  };
  run_until(io, [&] { return sample(page(schedule, instruments), good("stays")) >= 3; });
  auto const before_reload = sample(page(schedule, instruments), good("stays"));
  schedule.replace({scheduled(stays, 20ms, 1000ms, "stays")}, {});
  CHECK(sample(page(schedule, instruments), good("stays")) == before_reload);
  CHECK(page(schedule, instruments).find("goes") == std::string::npos);
  run_until(io, [&] { return sample(page(schedule, instruments), good("stays")) > before_reload; });
  schedule.stop();
  io.run();
}
