#include "slo/spec/impossibilities.hpp"

#include <map>

#include "slo/number_text.hpp"

namespace fleet::slo {

namespace {

struct Tier {
  std::string name;
  const BurnWindow& pair;
  bool enabled;
};

std::vector<Tier> tiers_of(const Objective& objective) {
  auto const& windows = objective.windows;
  return {{"quick page", windows.page_quick, objective.page.enabled},
          {"slow page", windows.page_slow, objective.page.enabled},
          {"quick ticket", windows.ticket_quick, objective.ticket.enabled},
          {"slow ticket", windows.ticket_slow, objective.ticket.enabled}};
}

void refuse_silent(const Objective& objective, const Tier& tier) {
  double const factor = objective.windows.factor(tier.pair);
  double const threshold = factor * objective.budget();
  if (threshold < 1) return;
  objective.percent_place.fail("expected an objective above " + number_text(100 - 100 / factor) + ": the " +
                               tier.name + " answers to an error ratio above " + rounded_text(factor) + " * " +
                               rounded_text(objective.budget()) + " = " + rounded_text(threshold) +
                               ", which cannot be");
}

void refuse_slow_probes(const Objective& objective, const Tier& tier) {
  auto const& place = *objective.probe_interval_place;
  milliseconds const interval = *objective.probe_interval;
  std::string const said = config::format_duration(interval);
  if (interval * 2 > tier.pair.short_window)
    place.fail("expected at least two probes in the " + config::format_duration(tier.pair.short_window) +
               " window of the " + tier.name + ", got one every " + said);
  double const limit = objective.windows.factor(tier.pair) * objective.budget();
  double const slowest = limit * std::chrono::duration<double>(tier.pair.long_window).count();
  if (std::chrono::duration<double>(interval).count() > slowest)
    place.fail("expected a probe at least every " + span_text(slowest) + ", got one every " + said +
               ": a single failure would set off the " + tier.name);
}

}  // namespace

void refuse_impossible(const Objective& objective) {
  for (const auto& tier : tiers_of(objective)) {
    if (!tier.enabled) continue;
    refuse_silent(objective, tier);
    if (objective.probe_interval && objective.percent < 100) refuse_slow_probes(objective, tier);
  }
}

void refuse_duplicates(const std::vector<Specification>& specifications) {
  std::map<std::string, const Objective*> seen;
  for (const auto& specification : specifications) {
    for (const auto& objective : specification.objectives) {
      auto const [first, fresh] = seen.emplace(objective.id(), &objective);
      if (!fresh)
        objective.name_place.fail("expected each id once, got a second `" + objective.id() +
                                  "`, first given at " + first->second->name_place.place());
    }
  }
}

}  // namespace fleet::slo
