// What Prometheus and Alertmanager say, as plain data.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "probers/status/status_config.hpp"

namespace fleet::probers::status {

/// How it stands with one of the two.
struct Source {
  enum class Kind : std::uint8_t { unused, waiting, answering, failing };
  Kind kind = Kind::unused;
  std::string where;                                    ///< "http://host:9090"
  std::string why;                                      ///< it fails, one line
  std::chrono::sys_seconds since{};                     ///< it answers, or fails
  std::optional<std::chrono::sys_seconds> last_answer;  ///< what is shown is as of then
};

/// A service level objective, by the records of slo_rules (Sloth's).
struct Objective {
  std::string service, name;          ///< sloth_service, sloth_slo
  std::optional<double> objective;    ///< 0.999
  std::optional<double> budget_left;  ///< of the period; below 0 when overdrawn
  std::optional<double> burn_rate;    ///< now: 1 uses the budget up exactly at the period's end
  std::optional<double> period_days;
  /// budget_left over time, unix seconds.
  std::vector<std::pair<std::int64_t, double>> burn_down;
  friend bool operator==(const Objective&, const Objective&) = default;
};

struct Alert {
  LabelSet labels, annotations;
  std::chrono::sys_seconds since{};
  bool silenced = false, inhibited = false;
  bool active() const { return !silenced && !inhibited; }
  friend bool operator==(const Alert&, const Alert&) = default;
};

struct Silence {
  std::string matchers;  ///< "alertname=X, server=~\"a|b\""
  std::string author, comment;
  std::chrono::sys_seconds begin{}, end{};
  bool pending = false;
  friend bool operator==(const Silence&, const Silence&) = default;
};

/// Share of bad events of one day of the calendar.
using Days = std::map<std::chrono::sys_days, double>;

/// A stretch of time in which alerts of a service fired that count as incidents.
struct Incident {
  std::string service;
  std::chrono::sys_seconds begin{}, end{};
  bool open = false;  ///< it goes on: `end` is when it was last seen
  friend bool operator==(const Incident&, const Incident&) = default;
};

struct Findings {
  Source prometheus, alertmanager;
  std::vector<Objective> objectives;
  std::vector<Alert> alerts;
  std::vector<Silence> silences;
  std::map<std::string, Days> days;  ///< by service
  std::vector<Incident> incidents;   ///< by their samples, the newest first
  /// When alerts said that incidents began, by service: samples tell it to within a step only.
  std::map<std::string, std::set<std::chrono::sys_seconds>> beginnings;
};

/// The label's value, "" if there is none.
std::string label_of(const LabelSet& labels, const std::string& name);
/// Whether `labels` have all of `wanted`.
bool has_labels(const LabelSet& labels, const LabelSet& wanted);
/// Whether the alert is of that service.
bool concerns(const LabelSet& alert, const ServiceConfig& service);

}  // namespace fleet::probers::status
