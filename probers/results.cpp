#include "probers/results.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/app/logging.hpp"
#include "core/io/seconds.hpp"

namespace fleet::probers {

namespace {

constexpr std::string_view results_family = "slo_probe_results_total";
constexpr std::string_view failures_family = "slo_probe_failures_total";
constexpr std::string_view duration_family = "slo_probe_duration_seconds";
constexpr std::string_view scheduled_family = "slo_probe_scheduled_duration_seconds";
constexpr std::string_view missed_family = "slo_probe_missed_runs_total";
constexpr std::string_view repeats_family = "slo_probe_repeats_total";
constexpr std::string_view success_family = "probe_success";
constexpr std::string_view last_duration_family = "probe_duration_seconds";

/// Series of one target that its last result did not have, kept for the next that has them.
constexpr std::size_t most_hidden = 32;

Instruments::LabelList labels_of(const Identity& identity) {
  Instruments::LabelList labels{{"probe", identity.probe}, {"target", identity.target}};
  labels.insert(labels.end(), identity.labels.begin(), identity.labels.end());
  return labels;
}

double unix_now() { return seconds(std::chrono::system_clock::now().time_since_epoch()); }

}  // namespace

std::string_view to_string(Missed reason) {
  static constexpr std::string_view words[] = {"late", "overlap", "window", "lease"};
  return words[static_cast<std::size_t>(reason)];
}

TargetResults::TargetResults(Instruments& instruments, Identity identity)
    : instruments_(instruments),
      identity_(std::move(identity)),
      labels_(labels_of(identity_)),
      duration_(instruments.histogram(
          duration_family, "Duration of every attempt from its actual start, failures and timeouts included.",
          latency_bounds(), labels_)),
      scheduled_(instruments.histogram(
          scheduled_family, "Duration of every attempt from the instant it was due: what a user waited.",
          latency_bounds(), labels_)) {
  // Born at 0, so that increase() sees the first failure.
  for (auto const outcome : outcomes) {
    results_[static_cast<std::size_t>(outcome)] =
        &instruments_.counter(results_family, "Attempts by result; why they failed: slo_probe_failures_total.",
                              with({{"result", to_string(outcome)}}));
  }
  missed_counter(Missed::late);
  missed_counter(Missed::overlap);
}

void TargetResults::remove_series() {
  if (std::exchange(removed_, true)) return;
  instruments_.remove(duration_family, labels_);
  instruments_.remove(scheduled_family, labels_);
  instruments_.remove(success_family, labels_);
  instruments_.remove(last_duration_family, labels_);
  for (auto const outcome : outcomes)
    instruments_.remove(results_family, with({{"result", to_string(outcome)}}));
  for (auto const& [key, counter] : failures_) {
    instruments_.remove(failures_family, with({{"reason", to_string(key.first)}, {"step", key.second}}));
  }
  for (auto const& [reason, counter] : missed_) {
    instruments_.remove(missed_family, with({{"reason", to_string(reason)}}));
  }
  for (auto const& [outcome, counter] : repeats_) {
    instruments_.remove(repeats_family, with({{"result", to_string(outcome)}}));
  }
  for (auto const& fact : facts_) instruments_.remove(fact.kind->name, fact.labels);
  for (auto const& fact : hidden_) instruments_.remove(fact.kind->name, fact.labels);
}

Instruments::LabelList TargetResults::with(
    std::initializer_list<std::pair<std::string_view, std::string_view>> more) const {
  auto labels = labels_;
  for (auto const& [name, value] : more) labels.emplace_back(name, value);
  return labels;
}

Counter& TargetResults::missed_counter(Missed reason) {
  auto& counter = missed_[reason];
  if (!counter) {
    counter = &instruments_.counter(
        missed_family,
        "Runs that did not take place: late = the prober was not scheduled in time, overlap = "
        "earlier runs had not ended, window = outside of its hours, lease = another replica's.",
        with({{"reason", to_string(reason)}}));
  }
  return *counter;
}

void TargetResults::missed(Missed reason, std::int64_t runs) {
  missed_counter(reason).add(static_cast<double>(runs));
}

void TargetResults::record(const ProbeResult& result, std::chrono::nanoseconds lag, bool starved) {
  results_[static_cast<std::size_t>(result.outcome)]->add();
  if (result.outcome != Outcome::good) {
    auto& counter = failures_[{result.reason, result.step}];
    if (!counter) {
      counter =
          &instruments_.counter(failures_family, "Attempts that were not good, by reason and failing step.",
                                with({{"reason", to_string(result.reason)}, {"step", result.step}}));
    }
    counter->add();
  }
  if (result.outcome == Outcome::unknown) return;  // says nothing of the target
  if (!starved) {
    auto const length = seconds(result.duration);
    Exemplar exemplar;
    exemplar.trace_id = result.trace.trace_id();
    exemplar.value = length;
    exemplar.unix_seconds = unix_now();
    duration_.observe(length, std::move(exemplar));
    scheduled_.observe(seconds(result.duration + lag));
  }
  set_last_values(result);
}

void TargetResults::record_repeat(const ProbeResult& result) {
  auto& counter = repeats_[result.outcome];
  if (!counter) {
    counter = &instruments_.counter(
        repeats_family,
        "Attempts beyond the timetable, after a failure; they are in no other counter or histogram.",
        with({{"result", to_string(result.outcome)}}));
  }
  counter->add();
  if (result.outcome != Outcome::unknown) set_last_values(result);
}

void TargetResults::set_last_values(const ProbeResult& result) {
  // Making an instrument takes the registry's lock, using one does not.
  if (!success_) {
    success_ = &instruments_.gauge(success_family, "Whether the last attempt was good.", labels_);
    last_duration_ = &instruments_.gauge(last_duration_family, "Duration of the last attempt.", labels_);
  }
  success_->set(result.outcome == Outcome::good ? 1 : 0);
  last_duration_->set(seconds(result.duration));
  set_facts(result);
}

void TargetResults::set_facts(const ProbeResult& result) {
  auto const& facts = result.facts.all();
  auto const total = facts.size() + result.phases.size();
  auto const carries = [&](const LastFact& last, const FactKind* kind, auto const& more, auto get) {
    if (last.kind != kind || last.labels.size() != labels_.size() + more.size()) return false;
    auto label = last.labels.begin() + static_cast<std::ptrdiff_t>(labels_.size());
    for (auto const& own : more) {
      auto const [name, value] = get(own);
      if (label->first != name || label->second != value) return false;
      ++label;
    }
    return true;
  };
  using Views = std::pair<std::string_view, std::string_view>;
  auto const of_fact = [](auto const& label) { return Views(label.first, label.second); };
  auto const of_phase = [](std::string_view phase) { return Views("phase", phase); };

  bool same = facts_.size() == total;
  for (std::size_t i = 0; same && i < facts.size(); ++i)
    same = carries(facts_[i], facts[i].kind, facts[i].labels, of_fact);
  for (std::size_t i = 0; same && i < result.phases.size(); ++i) {
    std::array<std::string_view, 1> const phase{result.phases[i].first};
    same = carries(facts_[facts.size() + i], result.phase_kind, phase, of_phase);
  }
  if (!same) {
    // Targets that fail by turns in two ways keep both sets: making a series takes the registry's lock.
    auto former = std::exchange(facts_, {});
    former.insert(former.end(), std::make_move_iterator(hidden_.begin()),
                  std::make_move_iterator(hidden_.end()));
    auto const add = [&](const FactKind* kind, Instruments::LabelList labels) {
      auto const kept = std::find_if(former.begin(), former.end(), [&](const LastFact& last) {
        return last.kind == kind && last.labels == labels;
      });
      if (kept != former.end()) {
        facts_.push_back(std::move(*kept));
        former.erase(kept);
        return;
      }
      auto& gauge = instruments_.gauge(kind->name, kind->help, labels);
      facts_.push_back({kind, std::move(labels), &gauge});
    };
    for (auto const& fact : facts) {
      auto labels = labels_;
      for (auto const& [name, value] : fact.labels) labels.emplace_back(name, value);
      add(fact.kind, std::move(labels));
    }
    for (auto const& [phase, length] : result.phases) add(result.phase_kind, with({{"phase", phase}}));
    hidden_ = std::move(former);
    for (auto const& last : hidden_) last.gauge->hide();
    for (; hidden_.size() > most_hidden; hidden_.pop_back())
      instruments_.remove(hidden_.back().kind->name, hidden_.back().labels);
  }
  for (std::size_t i = 0; i < facts.size(); ++i) facts_[i].gauge->set(facts[i].value);
  for (std::size_t i = 0; i < result.phases.size(); ++i)
    facts_[facts.size() + i].gauge->set(result.phases[i].second);
}

void log_result(const Identity& identity, const ProbeResult& result) {
  if (result.outcome == Outcome::good) {
    logging::info("target is well again", {{"probe", identity.probe}, {"target", identity.target}});
    return;
  }
  logging::warn("probe failed", {{"probe", identity.probe},
                                 {"target", identity.target},
                                 {"result", std::string(to_string(result.outcome))},
                                 {"reason", std::string(to_string(result.reason))},
                                 {"step", result.step},
                                 {"detail", result.detail},
                                 {"trace_id", result.trace.trace_id()}});
}

}  // namespace fleet::probers
