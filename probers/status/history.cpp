#include "probers/status/history.hpp"

#include <algorithm>
#include <set>

namespace fleet::probers::status {

namespace {

using std::chrono::sys_seconds;

constexpr std::int64_t longest_gap = 600;
constexpr std::size_t most_beginnings = 100;

sys_seconds instant(std::int64_t unix_seconds) { return sys_seconds(std::chrono::seconds(unix_seconds)); }

std::chrono::sys_days day_of(std::int64_t at, std::chrono::seconds utc_offset) {
  return std::chrono::floor<std::chrono::days>(instant(at) + utc_offset);
}

bool is_of(const Objective& objective, const LabelSet& labels) {
  return objective.service == label_of(labels, "sloth_service") &&
         objective.name == label_of(labels, "sloth_slo");
}

void set_value(Objective& objective, const std::string& record, double value) {
  if (record == "slo:objective:ratio") objective.objective = value;
  if (record == "slo:period_error_budget_remaining:ratio") objective.budget_left = value;
  if (record == "slo:current_burn_rate:ratio") objective.burn_rate = value;
  if (record == "slo:time_period:days") objective.period_days = value;
}

/// Stretches of the instants at which the service's alerts fired.
void add_stretches(const std::string& service, const std::set<std::int64_t>& firing, std::int64_t now,
                   std::vector<Incident>& incidents) {
  for (auto at = firing.begin(); at != firing.end();) {
    auto const begin = *at - incident_step;
    auto last = *at;
    for (++at; at != firing.end() && *at - last <= longest_gap; ++at) last = *at;
    incidents.push_back({service, instant(begin), instant(last), now - last <= 2 * incident_step});
  }
}

/// Silenced ones count: acknowledged is not over.
std::optional<sys_seconds> firing_since(const std::vector<Alert>& alerts, const LabelSet& wanted,
                                        const ServiceConfig& service) {
  std::optional<sys_seconds> since;
  for (auto const& alert : alerts) {
    if (!has_labels(alert.labels, wanted) || !concerns(alert.labels, service)) continue;
    since = since ? std::min(*since, alert.since) : alert.since;
  }
  return since;
}

void sort_newest_first(std::vector<Incident>& incidents) {
  std::stable_sort(incidents.begin(), incidents.end(),
                   [](const Incident& a, const Incident& b) { return a.begin > b.begin; });
}

}  // namespace

std::string objectives_query() {
  return R"({__name__=~"slo:(objective|period_error_budget_remaining|current_burn_rate):ratio|slo:time_period:days"})";
}

std::vector<Objective> objectives_of(const std::vector<Series>& answer, const std::vector<Objective>& former) {
  std::map<std::pair<std::string, std::string>, Objective> found;
  for (auto const& series : answer) {
    if (series.samples.empty()) continue;
    auto service = label_of(series.labels, "sloth_service"), name = label_of(series.labels, "sloth_slo");
    if (name.empty()) continue;
    auto& objective = found[{service, name}];
    objective.service = service;
    objective.name = name;
    set_value(objective, label_of(series.labels, "__name__"), series.samples.back().second);
  }
  std::vector<Objective> all;
  for (auto& [key, objective] : found) {
    for (auto const& before : former)
      if (before.service == objective.service && before.name == objective.name)
        objective.burn_down = before.burn_down;
    all.push_back(std::move(objective));
  }
  return all;
}

void set_burn_down(std::vector<Objective>& objectives, const std::vector<Series>& answer) {
  for (auto& objective : objectives) {
    for (auto const& series : answer)
      if (is_of(objective, series.labels)) objective.burn_down = series.samples;
  }
}

std::string day_query(const ServiceConfig& service) {
  if (!service.objectives.empty()) {
    return "max(last_over_time(slo:sli_error:ratio_rate1d{sloth_slo=" +
           promql_text(service.objectives.front()) + "}[2h]))";
  }
  if (service.probes.empty()) return "";
  auto const sum = [&](const std::string& results) {
    return "sum(increase(slo_probe_results_total{probe=~" + promql_any_of(service.probes) + ", result=~\"" +
           results + "\"}[1d]))";
  };
  return sum("bad") + " / " + sum("good|bad");
}

std::int64_t last_midnight(std::int64_t now, std::chrono::seconds utc_offset) {
  auto const midnight = sys_seconds(day_of(now, utc_offset)) - utc_offset;
  return midnight.time_since_epoch().count();
}

void add_days(Days& days, const std::vector<Series>& answer, std::chrono::seconds utc_offset) {
  for (auto const& series : answer)
    for (auto const& [at, value] : series.samples)
      days[day_of(at - 1, utc_offset)] = std::clamp(value, 0.0, 1.0);
}

void add_today(Days& days, const std::vector<Series>& answer, std::int64_t now,
               std::chrono::seconds utc_offset) {
  auto const today = day_of(now, utc_offset);
  for (auto const& series : answer)
    if (!series.samples.empty()) days[today] = std::clamp(series.samples.back().second, 0.0, 1.0);
  while (!days.empty() && days.begin()->first <= today - std::chrono::days(shown_days))
    days.erase(days.begin());
}

std::string incidents_query(const LabelSet& labels) {
  std::string selector = "ALERTS{alertstate=\"firing\"";
  for (auto const& [name, value] : labels) selector += ", " + name + "=" + promql_text(value);
  return "max_over_time(" + selector + "}[" + std::to_string(incident_step) + "s])";
}

std::vector<Incident> incidents_of(const std::vector<Series>& answer, const StatusConfig& config,
                                   std::int64_t now) {
  std::vector<Incident> incidents;
  for (auto const& service : config.services) {
    std::set<std::int64_t> firing;
    for (auto const& series : answer) {
      if (!concerns(series.labels, service)) continue;
      for (auto const& sample : series.samples) firing.insert(sample.first);
    }
    add_stretches(service.name, firing, now, incidents);
  }
  sort_newest_first(incidents);
  return incidents;
}

void note_beginnings(Findings& findings, const StatusConfig& config) {
  for (auto const& service : config.services) {
    auto const since = firing_since(findings.alerts, config.incidents, service);
    if (!since) continue;
    auto& known = findings.beginnings[service.name];
    known.insert(*since);
    if (known.size() > most_beginnings) known.erase(known.begin());
  }
}

std::vector<Incident> current_incidents(const Findings& findings, const StatusConfig& config) {
  auto incidents = findings.incidents;
  for (auto& incident : incidents) {
    auto const known = findings.beginnings.find(incident.service);
    if (known == findings.beginnings.end()) continue;
    auto const exact = known->second.lower_bound(incident.begin);
    if (exact != known->second.end() && *exact <= incident.begin + std::chrono::seconds(incident_step))
      incident.begin = *exact;
  }
  if (findings.alertmanager.kind != Source::Kind::answering) return incidents;
  for (auto const& service : config.services) {
    auto const since = firing_since(findings.alerts, config.incidents, service);
    auto const open = std::find_if(incidents.begin(), incidents.end(), [&](const Incident& incident) {
      return incident.service == service.name && incident.open;
    });
    if (open != incidents.end()) {
      open->open = since.has_value();
    } else if (since) {
      incidents.push_back({service.name, *since, *since, true});
    }
  }
  sort_newest_first(incidents);
  return incidents;
}

}  // namespace fleet::probers::status
