// What the pages show of the past: which queries bring it, and what their answers mean.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "probers/status/findings.hpp"
#include "probers/status/prometheus_api.hpp"

namespace fleet::probers::status {

inline constexpr int shown_days = 90;
inline constexpr std::int64_t day_seconds = 86400;
inline constexpr std::int64_t incident_days = 14, incident_step = 120;

/// The records of slo_rules, of every objective.
std::string objectives_query();
/// One Objective of each pair of sloth_service and sloth_slo, in the order of their names. Burn-downs are those
/// of `former`.
std::vector<Objective> objectives_of(const std::vector<Series>& answer, const std::vector<Objective>& former);
/// Puts each series of a range of slo:period_error_budget_remaining:ratio to its objective.
void set_burn_down(std::vector<Objective>& objectives, const std::vector<Series>& answer);

/// The share of bad events of the last day: of the service's first objective, else of its probes' results. ""
/// if it has neither.
std::string day_query(const ServiceConfig& service);
/// Midnight before `now` on a clock that far from UTC.
std::int64_t last_midnight(std::int64_t now, std::chrono::seconds utc_offset);
/// Books the samples of a range of day_query() at midnights: each is of the day that ended then.
void add_days(Days& days, const std::vector<Series>& answer, std::chrono::seconds utc_offset);
/// Books the answer of day_query() now: the day that is under way is shown as its last 24 hours.
void add_today(Days& days, const std::vector<Series>& answer, std::int64_t now,
               std::chrono::seconds utc_offset);

/// Alerts with those labels that fired within a step before each instant.
std::string incidents_query(const LabelSet& labels);
/// Joins, for each service, what its alerts' samples cover; gaps of up to ten minutes are part of an incident.
/// One that reaches `now` goes on. The newest first.
std::vector<Incident> incidents_of(const std::vector<Series>& answer, const StatusConfig& config,
                                   std::int64_t now);
/// Remembers since when each service's alerts fire that are incidents; silenced ones too: acknowledged is not
/// over.
void note_beginnings(Findings& findings, const StatusConfig& config);
/// findings.incidents with their exact beginnings as far as they are known, and corrected by the alerts that
/// fire now: what no sample has shown yet is added, what goes on by the samples alone is over.
std::vector<Incident> current_incidents(const Findings& findings, const StatusConfig& config);

}  // namespace fleet::probers::status
