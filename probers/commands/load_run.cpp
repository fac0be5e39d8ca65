#include "probers/commands/load_run.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>

#include "probers/self_canary.hpp"

namespace fleet::probers {

namespace {

using Clock = Deadline::Clock;

struct Run {
  Run(const asio::any_io_executor& executor, LoadPlan what)
      : plan(std::move(what)),
        canary(executor, instruments, "0"),
        arrival(executor),
        ended(executor),
        second(executor),
        signals(executor, SIGINT, SIGTERM) {
    ended.expires_at(Clock::time_point::max());
    for (auto const& target : plan.targets) {
      outcome.targets.emplace_back(plan.objective);
      auto& row = outcome.targets.back().row;
      row.identity = target.identity;
      row.kind = target.kind;
      row.timeout = target.timeout;
    }
  }

  void book(std::size_t index, ProbeResult result, std::chrono::nanoseconds waited) {
    auto& target = outcome.targets[index];
    if (result.outcome == Outcome::good) target.tally.served(waited);
    if (result.outcome == Outcome::bad) target.tally.failed(waited);
    now.failed += result.outcome == Outcome::bad ? 1 : 0;
    now.waits.record(waited);
    ++now.ended;
    ++now.ended_lately;
    target.row.add(std::move(result));
  }

  LoadPlan plan;
  Instruments instruments;
  SelfCanary canary;
  asio::steady_timer arrival, ended, second;  // `ended` is cancelled whenever a request ends
  asio::signal_set signals;
  Clock::time_point begin = Clock::now();
  LoadOutcome outcome;
  LoadProgress now;
  bool finished = false;
};

awaitable<void> request(std::shared_ptr<Run> run, std::size_t index, Clock::time_point intended) {
  auto const& target = run->plan.targets[index];
  auto const began = Clock::now();
  auto result = co_await attempt_once(*target.probe, Deadline::after(target.timeout));
  auto const end = Clock::now();
  auto const stall = run->canary.worst_since(began, end);
  run->outcome.starved += judge_starvation(result, stall, target.timeout) ? 1 : 0;
  run->book(index, std::move(result), end - intended);
  --run->now.in_flight;
  run->ended.cancel();
}

void launch(const std::shared_ptr<Run>& run, std::uint64_t n) {
  auto const intended = run->begin + run->plan.arrivals.at(n);
  auto const index = static_cast<std::size_t>(n % run->plan.targets.size());
  auto& target = run->outcome.targets[index];
  if (run->now.in_flight >= run->plan.max_in_flight) {
    ++target.not_sent;
    ++run->now.not_sent;
    target.tally.failed(std::nullopt);
    return;
  }
  run->outcome.lag.record(Clock::now() - intended);
  ++target.sent;
  ++run->now.sent;
  ++run->now.in_flight;
  asio::co_spawn(run->arrival.get_executor(), request(run, index, intended), asio::detached);
}

awaitable<void> tell_progress(std::shared_ptr<Run> run) {
  auto last = run->begin;
  while (!run->finished) {
    run->second.expires_at(last + std::chrono::seconds(1));
    boost::system::error_code ignored;
    co_await run->second.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (run->finished) break;
    auto const now = Clock::now();
    run->now.elapsed = now - run->begin;
    run->now.lately = now - last;
    run->plan.progress(run->now);
    run->now.ended_lately = 0;
    run->now.waits.clear();
    last = now;
  }
}

void listen_for_signals(const std::shared_ptr<Run>& run) {
  run->signals.async_wait([run](const boost::system::error_code& error, int) {
    if (error) return;
    run->outcome.interrupted = true;
    run->arrival.cancel();
    // The next one ends the process, as it would any.
    boost::system::error_code ignored;
    run->signals.clear(ignored);
  });
}

}  // namespace

awaitable<LoadOutcome> run_load(LoadPlan plan) {
  auto const executor = co_await asio::this_coro::executor;
  auto const run = std::make_shared<Run>(executor, std::move(plan));
  run->canary.start();
  listen_for_signals(run);
  if (run->plan.progress) asio::co_spawn(executor, tell_progress(run), asio::detached);
  boost::system::error_code ignored;
  auto const count = run->plan.arrivals.count();
  std::uint64_t next = 0;
  run->begin = Clock::now();
  while (next < count && !run->outcome.interrupted) {
    run->arrival.expires_at(run->begin + run->plan.arrivals.at(next));
    co_await run->arrival.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (run->outcome.interrupted) break;
    auto const now = Clock::now();
    do {
      launch(run, next++);
    } while (next < count && run->begin + run->plan.arrivals.at(next) <= now);
  }
  while (run->now.in_flight > 0) {
    co_await run->ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  run->outcome.elapsed = Clock::now() - run->begin;
  if (!run->outcome.interrupted)
    run->outcome.elapsed = std::max(run->outcome.elapsed, run->plan.arrivals.duration());
  run->finished = true;
  run->second.cancel();
  run->signals.cancel(ignored);
  run->canary.stop();
  co_return std::move(run->outcome);
}

}  // namespace fleet::probers
