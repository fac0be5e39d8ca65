#include <algorithm>
#include <iterator>

#include "probers/status/history.hpp"
#include "probers/status/public_view.hpp"

namespace fleet::probers::status {

namespace {

double budget_of(const Picture& picture, const ServiceConfig& service, double fallback) {
  if (service.objectives.empty()) return fallback;
  for (auto const& objective : picture.findings.objectives)
    if (objective.name == service.objectives.front() && objective.objective) return 1 - *objective.objective;
  return fallback;
}

PublicService public_service(const Picture& picture, const ServiceState& state) {
  PublicService out;
  out.name = state.service->name;
  out.description = state.service->description;
  out.health = state.health;
  out.maintenance = state.maintenance.has_value();
  out.budget = budget_of(picture, *state.service, out.budget);
  auto const days = picture.findings.days.find(out.name);
  if (days != picture.findings.days.end()) out.days = days->second;
  return out;
}

}  // namespace

PublicPicture public_picture(const Picture& picture) {
  PublicPicture out;
  auto const& config = picture.config;
  out.title = config.title;
  out.url = config.public_url;
  out.now = std::chrono::floor<std::chrono::seconds>(picture.now);
  out.utc_offset = config.utc_offset;
  auto states = service_states(picture, config.announce_after);
  std::erase_if(states, [](const ServiceState& state) { return !state.service->is_public; });
  out.health = worst_of(states);
  for (auto const& state : states) out.services.push_back(public_service(picture, state));
  auto const is_shown = [&](const std::string& name) {
    return std::any_of(states.begin(), states.end(),
                       [&](auto const& state) { return state.service->name == name; });
  };
  for (auto& incident : current_incidents(picture.findings, config))
    if (is_shown(incident.service)) out.incidents.push_back(std::move(incident));
  for (auto const& maintenance : config.maintenance) {
    auto const span = maintenance.next(out.now, announced_ahead);
    if (!span || !maintenance.is_public) continue;
    PublicMaintenance one{maintenance.title, maintenance.description, {}, *span, span->begin <= out.now};
    std::copy_if(maintenance.services.begin(), maintenance.services.end(), std::back_inserter(one.services),
                 is_shown);
    // Of services that clients do not know only, it is none of theirs.
    if (maintenance.services.empty() || !one.services.empty()) out.maintenance.push_back(std::move(one));
  }
  std::stable_sort(out.maintenance.begin(), out.maintenance.end(),
                   [](auto const& a, auto const& b) { return a.span.begin < b.span.begin; });
  auto const& prometheus = picture.findings.prometheus;
  if (prometheus.kind == Source::Kind::failing)
    out.history_as_of = prometheus.last_answer.value_or(prometheus.since);
  return out;
}

std::string public_headline(const PublicPicture& picture) {
  bool const maintained = std::any_of(picture.services.begin(), picture.services.end(),
                                      [](auto const& service) { return service.maintenance; });
  switch (picture.health) {
    case Health::operational:
      return maintained ? "Maintenance is under way" : "All services are operational";
    case Health::degraded:
      return maintained ? "Maintenance is under way, services are degraded" : "Some services are degraded";
    case Health::outage:
      return maintained ? "Maintenance is under way, services are interrupted" : "A service is interrupted";
    case Health::unknown:
      break;
  }
  return "The state of the services is not known";
}

}  // namespace fleet::probers::status
