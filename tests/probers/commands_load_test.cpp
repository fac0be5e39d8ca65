// The open loop: what users who come when they come have to wait.
#include <boost/asio/redirect_error.hpp>
#include <catch2/catch.hpp>
#include <csignal>

#include "probers/commands/load.hpp"
#include "tests/servers/coroutine.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

using Clock = Deadline::Clock;

/// Answers at once, but nothing between two instants after the first request.
class StallingProbe : public Probe {
 public:
  StallingProbe(std::chrono::milliseconds from, std::chrono::milliseconds to) : from_(from), to_(to) {}
  awaitable<ProbeResult> attempt(Attempt) override {
    if (first_ == Clock::time_point()) first_ = Clock::now();
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto const now = Clock::now() - first_;
    if (now >= from_ && now < to_) {
      timer.expires_at(first_ + to_);
      co_await timer.async_wait(asio::use_awaitable);
    }
    co_return ProbeResult();
  }

 private:
  std::chrono::milliseconds from_, to_;
  Clock::time_point first_{};
};

class HangingProbe : public Probe {
 public:
  awaitable<ProbeResult> attempt(Attempt attempt) override {
    asio::steady_timer timer(co_await asio::this_coro::executor, attempt.deadline.when());
    co_await timer.async_wait(asio::use_awaitable);
    co_return ProbeResult::bad(Reason::timeout, "processing", "timed out");
  }
};

ScheduledProbe scheduled(std::string target, std::shared_ptr<Probe> probe, std::chrono::milliseconds timeout) {
  ScheduledProbe out;
  out.identity = {"p", std::move(target), {}};
  out.kind = "http";
  out.timeout = timeout;
  out.probe = std::move(probe);
  return out;
}

LoadPlan plan(std::vector<ScheduledProbe> targets, double rate, std::chrono::milliseconds duration,
              LatencyObjective objective = {}) {
  return LoadPlan{Arrivals(rate, 0ms, duration), std::move(targets), 1000, objective, {}};
}

double measure(const std::vector<Measure>& measures, std::string_view key) {
  for (auto const& one : measures) {
    if (key_of(one) == key) return one.value;
  }
  FAIL("no measure " << key);
  return 0;
}

}  // namespace

TEST_CASE("a stall is felt by all who would have come meanwhile") {
  asio::io_context io;
  LatencyObjective const objective{200ms, 0.95, 0};
  auto target = scheduled("stalls", std::make_shared<StallingProbe>(500ms, 1500ms), 5s);
  auto outcome = testing::run_on(io, run_load(plan({target}, 100, 2000ms, objective)));
  CHECK(outcome.targets[0].sent == 200);
  auto const& waits = outcome.targets[0].tally.waits();
  CHECK(waits.count() == 200);
  // A hundred of the two hundred came during the second of silence; one that waits for answers would have seen
  // one of them.
  CHECK(waits.quantile(0.99) > 900ms);
  CHECK(waits.quantile(0.75) > 350ms);
  CHECK(waits.quantile(0.4) < 350ms);
  auto const report = judge_load(std::move(outcome), 100, objective);
  CHECK(exit_status(report) == 1);
  CHECK(report.rows[0].result.reason == Reason::slow);
  CHECK(report.rows[0].result.detail.starts_with("p95 "));
  CHECK(report.rows[0].result.detail.find("over 200 ms") != std::string::npos);
}

TEST_CASE("targets are taken in turn, and a run without complaint is met") {
  asio::io_context io;
  auto const never = std::make_shared<StallingProbe>(0ms, 0ms);
  auto outcome =
      testing::run_on(io, run_load(plan({scheduled("a", never, 1s), scheduled("b", never, 1s)}, 100, 300ms)));
  CHECK(outcome.targets[0].sent == 15);
  CHECK(outcome.targets[1].sent == 15);
  auto const report = judge_load(std::move(outcome), 100, {});
  CHECK(exit_status(report) == 0);
  CHECK(report.rows.size() == 2);
  CHECK(measure(report.totals, "sent") == 30);
  CHECK(report.text.starts_with("WAITED  REQUESTS  p50"));
}

TEST_CASE("what finds no room is counted, told and failed, but not sent") {
  asio::io_context io;
  auto hang = plan({scheduled("hangs", std::make_shared<HangingProbe>(), 400ms)}, 100, 300ms,
                   {std::nullopt, 0.95, 0.01});
  hang.max_in_flight = 10;
  auto outcome = testing::run_on(io, run_load(std::move(hang)));
  CHECK(outcome.targets[0].sent == 10);
  CHECK(outcome.targets[0].not_sent == 20);
  CHECK(outcome.targets[0].tally.failures() == 30);
  auto const report = judge_load(std::move(outcome), 100, {std::nullopt, 0.95, 0.01});
  CHECK(exit_status(report) == 1);
  CHECK(report.rows[0].result.reason == Reason::timeout);
  CHECK(measure(report.rows[0].measures, "not_sent") == 20);
  CHECK(measure(report.totals, "error_ratio") == 1);
  REQUIRE(report.remarks.size() >= 1);
  CHECK(report.remarks[0].starts_with("20 requests were not sent"));
}

TEST_CASE("progress is told every second, of that second") {
  asio::io_context io;
  auto steady = plan({scheduled("a", std::make_shared<StallingProbe>(0ms, 0ms), 1s)}, 50, 1300ms);
  std::vector<LoadProgress> told;
  steady.progress = [&](const LoadProgress& now) { told.push_back(now); };
  auto const outcome = testing::run_on(io, run_load(std::move(steady)));
  REQUIRE(told.size() == 1);
  CHECK(told[0].ended_lately == told[0].waits.count());
  CHECK(told[0].sent >= 45);
  CHECK(outcome.targets[0].sent == 65);
}

TEST_CASE("an interrupted run ends early and says so") {
  asio::io_context io;
  asio::steady_timer timer(io, 200ms);
  timer.async_wait([](const boost::system::error_code&) { ::raise(SIGINT); });
  auto outcome = testing::run_on(
      io, run_load(plan({scheduled("a", std::make_shared<StallingProbe>(0ms, 0ms), 1s)}, 50, 60s)));
  CHECK(outcome.interrupted);
  CHECK(outcome.targets[0].sent < 1000);
  CHECK(judge_load(std::move(outcome), 50, {}).remarks[0] == "interrupted before its time");
}
