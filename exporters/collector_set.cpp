#include "exporters/collector_set.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>

#include "core/app/logging.hpp"

namespace fleet::exporters {
namespace {

// For a cancelled collector to unwind; one that does not is left behind, so that the others are still
// published.
constexpr std::chrono::milliseconds unwind_grace{50};

struct Outcome {
  Families page;
  std::string failure;  // "" on success
  double seconds = 0;
};

}  // namespace

// One run of the chosen collectors. A collector that outlives its deadline keeps writing here, not into the
// page. They share one timer, where before() would give each its own.
struct CollectorSet::State {
  State(const asio::any_io_executor& executor, std::size_t collectors, std::size_t chosen)
      : outcomes(collectors), interrupts(collectors), running(chosen), all_done(executor) {}
  std::vector<std::optional<Outcome>> outcomes;
  std::deque<asio::cancellation_signal> interrupts;
  std::size_t running;
  bool expired = false;
  asio::steady_timer all_done;  // cancelled by the last one
};

CollectorSet::CollectorSet(std::string exporter, std::vector<std::unique_ptr<Collector>> collectors)
    : success_name_(exporter + "_collector_success"),
      duration_name_(exporter + "_collector_duration_seconds"),
      collectors_(std::move(collectors)),
      last_failure_(collectors_.size()) {
  std::stable_partition(collectors_.begin(), collectors_.end(),
                        [](auto const& collector) { return !collector->gives_way(); });
}

awaitable<void> CollectorSet::run_one(std::shared_ptr<CollectorSet> self, std::shared_ptr<State> state,
                                      std::size_t index, Deadline deadline) {
  Outcome outcome;
  auto const begin = Deadline::Clock::now();
  try {
    co_await self->collectors_[index]->collect(deadline, outcome.page);
  } catch (const std::exception& error) {
    outcome.failure = *error.what() != '\0' ? error.what() : "failed without a reason";
  } catch (...) {
    outcome.failure = "failed without a reason";
  }
  if (state->expired && !outcome.failure.empty())
    outcome.failure = Timeout("collector " + std::string(self->collectors_[index]->name())).what();
  std::chrono::duration<double> const took = Deadline::Clock::now() - begin;
  outcome.seconds = took.count();
  state->outcomes[index] = std::move(outcome);
  if (--state->running == 0) state->all_done.cancel();
}

std::vector<std::size_t> CollectorSet::selected(const std::vector<std::string>& names) const {
  std::vector<std::size_t> chosen;
  std::set<std::string_view> found;
  for (std::size_t i = 0; i < collectors_.size(); ++i) {
    std::string_view const name = collectors_[i]->name();
    bool const named = std::find(names.begin(), names.end(), name) != names.end();
    if (named) found.insert(name);
    if (named || names.empty() || collectors_[i]->always()) chosen.push_back(i);
  }
  for (const std::string& name : names) {
    if (collectors_.empty() || found.contains(name)) continue;
    std::set<std::string_view> all;
    for (const auto& collector : collectors_) all.insert(collector->name());
    std::string list;
    for (std::string_view const one : all) list += (list.empty() ? "" : ", ") + std::string(one);
    throw std::invalid_argument("unknown or disabled collector: " + name + "; there are " + list);
  }
  return chosen;
}

awaitable<bool> CollectorSet::collect(Deadline deadline, Families& out) {
  return run(selected({}), deadline, out);
}

awaitable<bool> CollectorSet::collect(std::vector<std::string> names, Deadline deadline, Families& out) {
  return run(selected(names), deadline, out);
}

awaitable<bool> CollectorSet::run(std::vector<std::size_t> chosen, Deadline deadline, Families& out) {
  auto const self = shared_from_this();
  auto const executor = co_await asio::this_coro::executor;
  auto const begin = Deadline::Clock::now();
  auto const state = std::make_shared<State>(executor, collectors_.size(), chosen.size());
  for (std::size_t const i : chosen) {
    awaitable<void> work = run_one(self, state, i, deadline);
    auto const interrupt = state->interrupts[i].slot();
    asio::co_spawn(executor, std::move(work),
                   asio::bind_cancellation_slot(interrupt, [state](const std::exception_ptr&) {}));
  }
  boost::system::error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  state->all_done.expires_at(deadline.when());
  if (state->running > 0) co_await state->all_done.async_wait(token);
  if (state->running > 0) {
    state->expired = true;
    for (std::size_t const i : chosen) {
      if (!state->outcomes[i]) state->interrupts[i].emit(asio::cancellation_type::terminal);
    }
    state->all_done.expires_at(deadline.when() + unwind_grace);
    if (state->running > 0) co_await state->all_done.async_wait(token);
  }

  bool all_good = true;
  MetricNames taken;  // by those that do not give way; they come first
  std::chrono::duration<double> const so_far = Deadline::Clock::now() - begin;
  for (std::size_t const i : chosen) {
    std::optional<Outcome> outcome = std::exchange(state->outcomes[i], std::nullopt);
    if (!outcome) {
      outcome.emplace();
      outcome->failure = "timed out, and does not end when cancelled";
      outcome->seconds = so_far.count();
    }
    if (outcome->failure.empty() && collectors_[i]->gives_way()) {
      if (taken.empty()) taken = out.names();
      collectors_[i]->settle(taken, outcome->page);
    }
    if (outcome->failure.empty()) outcome->failure = merge(std::move(outcome->page), out);
    report(i, outcome->failure, outcome->seconds, out);
    all_good = all_good && outcome->failure.empty();
  }
  co_return all_good;
}

// Returns why the page could not be joined with the others', or "".
std::string CollectorSet::merge(Families&& page, Families& out) {
  try {
    out.merge(std::move(page));
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

void CollectorSet::report(std::size_t index, const std::string& failure, double seconds, Families& out) {
  const Collector& collector = *collectors_[index];
  std::array<Label, 2> const all{{{"collector", collector.name()}, {"target", collector.target()}}};
  std::span<const Label> const labels(all.data(), collector.target().empty() ? 1 : 2);
  out.gauge(success_name_, "Whether the collector's last run succeeded.").add(labels, failure.empty() ? 1 : 0);
  out.gauge(duration_name_, "How long the collector's last run took.").add(labels, seconds);

  std::string& last = last_failure_[index];
  if (failure == last) return;
  std::string const name(collector.name()), target(collector.target());
  if (failure.empty()) {
    logging::info("collector recovered", {{"collector", name}, {"target", target}});
  } else {
    logging::warn("collector failed", {{"collector", name}, {"target", target}, {"err", failure}});
  }
  last = failure;
}

}  // namespace fleet::exporters
