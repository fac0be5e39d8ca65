#include "probers/status/health.hpp"

#include <algorithm>

namespace fleet::probers::status {

namespace {

constexpr std::chrono::days announced{1};  // whatever is under way began before that

Health judge(const Tally& targets, bool incident) {
  auto const judged = targets.good + targets.bad;
  if (targets.bad > 0 && targets.good == 0) return Health::outage;
  if (targets.bad > 0 || incident) return Health::degraded;
  if (judged == 0 && targets.total > 0) return Health::unknown;
  return Health::operational;
}

void count_target(const Board::Row& row, Instant now, std::chrono::milliseconds patience, ServiceState& state) {
  auto standing = row.standing(now);
  bool const lasts = row.failing_since && now - *row.failing_since >= patience;
  if (standing == Standing::bad && !lasts) standing = Standing::good;
  state.targets.add(standing);
  if (standing != Standing::bad) return;
  state.since = state.since ? std::min(*state.since, *row.failing_since) : *row.failing_since;
}

void count_targets(const Picture& picture, std::chrono::milliseconds patience, ServiceState& state) {
  auto const& rows = picture.board.rows();
  for (auto const& probe : state.service->probes) {
    for (auto row = rows.lower_bound({probe, ""}); row != rows.end() && row->first.first == probe; ++row)
      count_target(row->second, picture.now, patience, state);
  }
}

}  // namespace

std::string_view to_string(Health health) {
  static constexpr std::string_view words[] = {"operational", "degraded", "outage", "unknown"};
  return words[static_cast<std::size_t>(health)];
}

std::string_view title_of(Health health) {
  static constexpr std::string_view words[] = {"Operational", "Degraded", "Outage", "Not known"};
  return words[static_cast<std::size_t>(health)];
}

std::string_view look_of(Health health) {
  static constexpr std::string_view looks[] = {"good", "warn", "bad", "unknown"};
  return looks[static_cast<std::size_t>(health)];
}

void Tally::add(Standing standing) {
  ++total;
  switch (standing) {
    case Standing::good:
      ++good;
      break;
    case Standing::bad:
      ++bad;
      break;
    case Standing::paused:
      ++paused;
      break;
    default:
      ++unknown;
  }
}

std::vector<ServiceState> service_states(const Picture& picture, std::chrono::milliseconds patience) {
  std::vector<ServiceState> states;
  auto const now = std::chrono::floor<std::chrono::seconds>(picture.now);
  bool const known = picture.findings.alertmanager.kind == Source::Kind::answering;
  for (auto const& service : picture.config.services) {
    ServiceState state;
    state.service = &service;
    count_targets(picture, patience, state);
    bool incident = false;
    for (auto const& alert : picture.findings.alerts) {
      if (!known || alert.inhibited || !concerns(alert.labels, service)) continue;
      ++state.alerts;
      incident = incident || has_labels(alert.labels, picture.config.incidents);
    }
    state.health = judge(state.targets, incident);
    if (state.targets.total == 0 && !incident && !known) state.health = Health::unknown;
    for (auto const& maintenance : picture.config.maintenance) {
      if (!maintenance.covers(service.name)) continue;
      auto const span = maintenance.next(now, announced);
      if (span && span->begin <= now) state.maintenance = span;
    }
    states.push_back(std::move(state));
  }
  return states;
}

Tally tally_of(const Picture& picture) {
  Tally tally;
  for (auto const& [key, row] : picture.board.rows()) tally.add(row.standing(picture.now));
  return tally;
}

Health worst_of(const std::vector<ServiceState>& states) {
  bool any_judged = false;
  auto worst = Health::operational;
  for (auto const& state : states) {
    if (state.health == Health::unknown) continue;
    any_judged = true;
    worst = std::max(worst, state.health);
  }
  return any_judged ? worst : Health::unknown;
}

}  // namespace fleet::probers::status
