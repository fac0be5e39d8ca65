#include "probers/schedule.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include "core/app/logging.hpp"
#include "probers/timetable.hpp"

namespace fleet::probers {

struct Schedule::Target {
  Target(const asio::any_io_executor& executor, ScheduledProbe what, std::shared_ptr<TargetResults> booked,
         std::chrono::milliseconds window)
      : scheduled(std::move(what)), results(std::move(booked)), timer(executor), latency(window) {}

  ScheduledProbe scheduled;
  std::shared_ptr<TargetResults> results;
  asio::steady_timer timer;
  RecentLatency latency;
  std::int64_t in_flight = 0;
  bool retired = false;
  Reason last_reason = Reason::none;
};

Schedule::Schedule(asio::any_io_executor executor, Instruments& instruments)
    : executor_(std::move(executor)), instruments_(instruments) {}

Schedule::~Schedule() = default;

void Schedule::replace(std::vector<ScheduledProbe> probes, LatencyGauge gauge) {
  auto previous = std::move(targets_);
  targets_.clear();
  gauge_ = gauge;
  for (auto& [identity, target] : previous) {
    target->retired = true;
    target->timer.cancel();
  }
  for (auto& probe : probes) {
    auto const identity = probe.identity;
    auto const before = previous.find(identity);
    auto results = before != previous.end() ? before->second->results
                                            : std::make_shared<TargetResults>(instruments_, identity);
    auto target = std::make_shared<Target>(executor_, std::move(probe), std::move(results), gauge.window);
    if (before != previous.end()) target->last_reason = before->second->last_reason;
    targets_.emplace(identity, target);
    asio::co_spawn(executor_, keep_timetable(target), asio::detached);
  }
  std::size_t gone = 0;
  for (auto const& [identity, target] : previous) {
    if (targets_.contains(identity)) continue;
    ++gone;
    instruments_.remove({{"probe", identity.probe}, {"target", identity.target}});
  }
  logging::info("probes scheduled",
                {{"targets", std::to_string(targets_.size())}, {"removed", std::to_string(gone)}});
}

void Schedule::stop() {
  for (auto& [identity, target] : targets_) {
    target->retired = true;
    target->timer.cancel();
  }
}

awaitable<void> Schedule::keep_timetable(std::shared_ptr<Target> target) {
  auto const& scheduled = target->scheduled;
  Timetable timetable(scheduled.identity.probe, scheduled.identity.target, scheduled.interval,
                      std::chrono::system_clock::now(), Deadline::Clock::now());
  while (!target->retired) {
    auto const due = timetable.due();
    target->timer.expires_at(due);
    boost::system::error_code ignored;
    co_await target->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (target->retired) break;
    if (target->in_flight >= scheduled.overlap()) {
      target->results->missed_overlap();
    } else {
      ++target->in_flight;
      asio::co_spawn(executor_, attempt(target, due), asio::detached);
    }
    if (auto const skipped = timetable.advance(Deadline::Clock::now()); skipped > 0) {
      target->results->missed_late(skipped);
    }
  }
}

awaitable<void> Schedule::attempt(std::shared_ptr<Target> target, Deadline::Clock::time_point due) {
  auto const lag = Deadline::Clock::now() - due;
  auto const result =
      co_await attempt_once(*target->scheduled.probe, Deadline::after(target->scheduled.timeout));
  --target->in_flight;
  if (target->retired) co_return;
  target->results->record(result, lag);
  if (result.a2a_latency) target->latency.add(Deadline::Clock::now(), *result.a2a_latency);
  if (result.reason != target->last_reason) log_result(target->scheduled.identity, result);
  target->last_reason = result.reason;
}

void Schedule::collect(Families& out) {
  auto& family =
      out.gauge("a2a_protocol_latency_ms",
                "Quantile (default 95th percentile) of the A2A hops of this pair that completed within the "
                "window (default 60 s), in milliseconds; absent if none did.");
  auto const now = Deadline::Clock::now();
  for (auto& [identity, target] : targets_) {
    if (target->scheduled.agent.empty()) continue;
    if (auto const latency = target->latency.quantile(now, gauge_.quantile)) {
      family.add({{"source", "slo_prober"}, {"target", target->scheduled.agent}},
                 std::chrono::duration<double, std::milli>(*latency).count());
    }
  }
}

}  // namespace fleet::probers
