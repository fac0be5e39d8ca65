#include "probers/once.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <memory>

#include "probers/self_canary.hpp"

namespace fleet::probers {

namespace {

constexpr int most_tries = 3;

struct Run {
  Run(const asio::any_io_executor& executor, std::vector<ScheduledProbe> what, OnceObserver told)
      : probes(std::move(what)),
        observer(std::move(told)),
        canary(executor, instruments, "0"),
        ended(executor) {
    ended.expires_at(Deadline::Clock::time_point::max());
  }

  std::vector<ScheduledProbe> probes;
  OnceObserver observer;
  Instruments instruments;
  SelfCanary canary;
  std::size_t in_flight = 0;
  asio::steady_timer ended;  // cancelled whenever an attempt ends
};

awaitable<void> one(std::shared_ptr<Run> run, std::size_t index) {
  auto const& scheduled = run->probes[index];
  ProbeResult result;
  bool starved = false;
  for (int tries = 0; tries < most_tries; ++tries) {
    auto const began = Deadline::Clock::now();
    result = co_await attempt_once(*scheduled.probe, Deadline::after(scheduled.timeout));
    auto const stall = run->canary.worst_since(began, Deadline::Clock::now());
    starved = judge_starvation(result, stall, scheduled.timeout);
    if (result.reason != Reason::starved) break;
  }
  --run->in_flight;
  run->observer(index, std::move(result), starved);
  run->ended.cancel();
}

awaitable<void> wait_for_end(std::shared_ptr<Run> run) {
  boost::system::error_code ignored;
  co_await run->ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace

awaitable<void> run_once(std::vector<ScheduledProbe> probes, OnceOptions options, OnceObserver observer,
                         OnceEnough enough) {
  auto const executor = co_await asio::this_coro::executor;
  auto const run = std::make_shared<Run>(executor, std::move(probes), std::move(observer));
  run->canary.start();
  asio::steady_timer due(executor);
  auto const begin = Deadline::Clock::now();
  auto const count = run->probes.size();
  bool more = true;
  for (std::size_t attempt = 0; more && attempt < options.attempts; ++attempt) {
    for (std::size_t i = 0; more && i < count; ++i) {
      std::chrono::nanoseconds offset = attempt * options.interval;
      if (options.spread) offset += i * std::chrono::nanoseconds(options.interval) / count;
      due.expires_at(begin + offset);
      co_await due.async_wait(asio::use_awaitable);
      while (run->in_flight >= options.concurrency) co_await wait_for_end(run);
      more = !enough || !enough();
      if (!more) break;
      ++run->in_flight;
      asio::co_spawn(executor, one(run, i), asio::detached);
    }
  }
  while (run->in_flight > 0) co_await wait_for_end(run);
  run->canary.stop();
}

}  // namespace fleet::probers
