#include "probers/schedule.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include "core/app/logging.hpp"
#include "probers/timetable.hpp"

namespace fleet::probers {

namespace {

void describe(std::string& out, std::string_view what, const std::vector<std::string>& names) {
  constexpr std::size_t most = 10;
  if (names.empty()) return;
  out += std::to_string(names.size()) + " " + std::string(what) + ": ";
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) out += (i > 0 ? ", " : "") + names[i];
  if (names.size() > most) out += ", ...";
  out += "; ";
}

constexpr std::string_view lag_family = "slo_probe_schedule_lag_seconds";

/// Finer than latencies: a prober that keeps up is late by microseconds.
const std::vector<double>& lag_bounds() {
  static const std::vector<double> bounds{0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01,
                                          0.02,   0.05,   0.1,    0.25,  0.5,   1,     5};
  return bounds;
}

bool same_timing(const ScheduledProbe& a, const ScheduledProbe& b) {
  return a.interval == b.interval && a.timeout == b.timeout && a.retry_interval == b.retry_interval &&
         a.exclusive == b.exclusive && a.kind == b.kind;
}

}  // namespace

std::string name_of(const Identity& identity) { return identity.probe + "/" + identity.target; }

std::string to_string(const ScheduleChange& change) {
  std::string out;
  describe(out, "added", change.added);
  describe(out, "removed", change.removed);
  describe(out, "changed", change.changed);
  return out + std::to_string(change.kept) + " unchanged";
}

struct Schedule::Target {
  Target(const asio::any_io_executor& executor, ScheduledProbe what, std::shared_ptr<TargetResults> booked,
         std::chrono::milliseconds window)
      : scheduled(std::move(what)), results(std::move(booked)), timer(executor), latency(window) {}

  ScheduledProbe scheduled;
  std::shared_ptr<TargetResults> results;
  asio::steady_timer timer;
  RecentLatency latency;
  std::int64_t in_flight = 0;
  bool repeating = false;
  bool retired = false;
  Reason last_reason = Reason::none;
};

Schedule::Schedule(asio::any_io_executor executor, Instruments& instruments, const std::string& worker)
    : executor_(std::move(executor)), instruments_(instruments), canary_(executor_, instruments, worker), worker_(worker) {}

Schedule::~Schedule() = default;

ScheduleChange Schedule::replace(std::vector<ScheduledProbe> probes, LatencyGauge gauge) {
  if (!std::exchange(started_, true)) canary_.start();
  ScheduleChange change;
  auto previous = std::move(targets_);
  targets_.clear();
  bool const same_window = gauge.window == gauge_.window;
  gauge_ = gauge;
  for (auto& [identity, target] : previous) {
    target->retired = true;
    target->timer.cancel();
  }
  for (auto& probe : probes) {
    auto const identity = probe.identity;
    if (targets_.contains(identity)) continue;
    auto const before = previous.find(identity);
    // Other labels are other series.
    bool const stays =
        before != previous.end() && before->second->results->identity().labels == identity.labels;
    if (before != previous.end() && !stays) before->second->results->remove_series();
    bool const unchanged = stays && same_timing(before->second->scheduled, probe);
    auto results = stays ? before->second->results : std::make_shared<TargetResults>(instruments_, identity);
    auto target = std::make_shared<Target>(executor_, std::move(probe), std::move(results), gauge.window);
    if (stays) {
      target->last_reason = before->second->last_reason;
      if (same_window) target->latency = before->second->latency;
    }
    if (unchanged) {
      ++change.kept;
    } else {
      (before != previous.end() ? change.changed : change.added).push_back(name_of(identity));
    }
    targets_.emplace(identity, target);
    asio::co_spawn(executor_, keep_timetable(target), asio::detached);
  }
  for (auto const& [identity, target] : previous) {
    if (targets_.contains(identity)) continue;
    change.removed.push_back(name_of(identity));
    target->results->remove_series();
  }
  forget_lags();
  return change;
}

Histogram& Schedule::lag_of(const std::string& probe) {
  auto& lag = lags_[probe];
  if (!lag) {
    lag = &instruments_.histogram(lag_family, "How late an attempt started after it was due.", lag_bounds(),
                                  {{"probe", probe}, {"worker", worker_}});
  }
  return *lag;
}

void Schedule::forget_lags() {
  std::erase_if(lags_, [&](auto const& entry) {
    auto const& probe = entry.first;
    bool const used = std::any_of(targets_.begin(), targets_.end(),
                                  [&](auto const& target) { return target.first.probe == probe; });
    if (!used) instruments_.remove(lag_family, {{"probe", probe}, {"worker", worker_}});
    return !used;
  });
}

std::vector<std::string> Schedule::exclusive() const {
  std::vector<std::string> names;
  for (auto const& [identity, target] : targets_)
    if (target->scheduled.exclusive) names.push_back(name_of(identity));
  return names;
}

void Schedule::stop() {
  canary_.stop();
  for (auto& [identity, target] : targets_) {
    target->retired = true;
    target->timer.cancel();
  }
}

std::optional<Missed> Schedule::hindrance(const Target& target) const {
  auto const& scheduled = target.scheduled;
  if (!scheduled.windows.open(std::chrono::system_clock::now())) return Missed::window;
  if (gate_ && !gate_(scheduled)) return Missed::lease;
  if (target.in_flight >= scheduled.overlap()) return Missed::overlap;
  return std::nullopt;
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
    if (auto const reason = hindrance(*target)) {
      target->results->missed(*reason);
    } else {
      ++target->in_flight;
      asio::co_spawn(executor_, attempt(target, due), asio::detached);
    }
    if (auto const skipped = timetable.advance(Deadline::Clock::now()); skipped > 0) {
      target->results->missed(Missed::late, skipped);
    }
  }
}

awaitable<void> Schedule::attempt(std::shared_ptr<Target> target, Deadline::Clock::time_point due) {
  auto const& scheduled = target->scheduled;
  auto const began = Deadline::Clock::now();
  auto result = co_await attempt_once(*scheduled.probe, Deadline::after(scheduled.timeout));
  --target->in_flight;
  if (target->retired) co_return;
  // From the instant it was due: a prober that woke late was starved before it began.
  auto const stall = canary_.worst_since(due, Deadline::Clock::now());
  bool const starved = judge_starvation(result, stall, scheduled.timeout);
  if (scheduled.exclusive && gate_ && !gate_(scheduled)) {
    result.outcome = Outcome::unknown;
    result.reason = Reason::internal;
    result.step = "lease";
    result.detail = "the lease was lost while the attempt ran";
  }
  target->results->record(result, began - due, starved);
  lag_of(scheduled.identity.probe).observe(std::chrono::duration<double>(began - due).count());
  if (result.a2a_latency && !starved) target->latency.add(Deadline::Clock::now(), *result.a2a_latency);
  if (result.reason != target->last_reason) log_result(scheduled.identity, result);
  target->last_reason = result.reason;
  if (observer_) observer_(scheduled, result);
  if (result.outcome == Outcome::bad && scheduled.retry_interval.count() > 0 && !target->repeating) {
    target->repeating = true;
    asio::co_spawn(executor_, repeat(target), asio::detached);
  }
}

awaitable<void> Schedule::repeat(std::shared_ptr<Target> target) {
  auto const& scheduled = target->scheduled;
  asio::steady_timer timer(executor_);
  bool well = false;
  while (!well) {
    timer.expires_after(scheduled.retry_interval);
    co_await timer.async_wait(asio::use_awaitable);
    // A good run of the timetable's own ends the repetition too.
    if (target->retired || target->last_reason == Reason::none) break;
    auto const kept_out = hindrance(*target);
    if (kept_out) continue;
    ++target->in_flight;
    auto const result = co_await attempt_once(*scheduled.probe, Deadline::after(scheduled.timeout));
    --target->in_flight;
    if (target->retired) break;
    target->results->record_repeat(result);
    if (observer_) observer_(scheduled, result);
    well = result.outcome == Outcome::good;
    if (!well) continue;
    log_result(scheduled.identity, result);
    target->last_reason = Reason::none;
  }
  target->repeating = false;
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
