// One service level objective, whatever the dialect it was written in.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/document.hpp"
#include "slo/burn_windows.hpp"
#include "slo/rules/rule.hpp"

namespace fleet::slo {

/// What is measured: bad and total events, or a ratio that is one already. Queries are PromQL in which
/// {{.window}} stands for the window.
struct Indicator {
  enum class Unit {
    per_second,  ///< the queries give events a second, as rate() does
    count,       ///< the queries give events in the window, as increase() does
  };
  std::string error_query, total_query;  ///< both or neither
  std::string ratio_query;               ///< bad events of all, 0 to 1; if there are no events
  Unit unit = Unit::per_second;

  bool has_events() const { return !total_query.empty(); }
};

struct AlertOptions {
  bool enabled = false;
  std::string name;
  Labels labels, annotations;
  milliseconds hold{0};  ///< `for`
};

/// An alert on the absence of the indicator, silent while its source lives and has nothing to do.
struct MissingData {
  std::string alive;  ///< PromQL: above 0 while the source of the events is read
  AlertOptions alert;
};

/// How often each group is evaluated; 0 leaves it to Prometheus.
struct GroupIntervals {
  milliseconds indicator{0}, metadata{0}, alerts{0};
};

/// A step behind the generation of the rules. Only those that Sloth itself ships are known.
struct Plugin {
  std::string id;
  config::Value place;  ///< of the id, for errors
  std::optional<config::Value> options;
  double priority = 0;
};

/// Which of Sloth's groups are made.
struct Parts {
  bool indicator = true, metadata = true, alerts = true;
  bool period_from_recordings = true;  ///< the period's ratio from the shortest window's, not from raw samples
  bool absent_when_idle = false;       ///< without events there is no ratio, where it else is NaN
};

struct Objective {
  explicit Objective(config::Value named) : name_place(named), percent_place(std::move(named)) {}

  config::Value name_place, percent_place;  ///< for errors
  std::string service, name, description;
  double percent = 0;  ///< 0 < percent <= 100
  Labels labels, info_labels;
  Indicator indicator;
  AlertOptions page, ticket;
  GroupIntervals intervals;
  Parts parts;
  std::vector<Plugin> plugins;
  BurnWindows windows;

  // What Sloth does not have; off by default.
  bool weigh_events = false;  ///< the period's ratio is that of its events, not the mean over time
  double min_events = 0;      ///< in the long window; below, a pair of windows stays silent
  std::optional<MissingData> missing_data;
  std::optional<milliseconds> probe_interval;
  std::optional<config::Value> probe_interval_place;

  std::string id() const { return service + "-" + name; }
  /// The share of events that may be bad, as Sloth computes it, to the last digit.
  double budget() const { return (100 - percent) / 100; }
  /// The labels by which every recorded series of this objective is found.
  Labels identity() const { return {{"sloth_id", id()}, {"sloth_service", service}, {"sloth_slo", name}}; }
  /// identity() and the objective's own labels.
  Labels all_labels() const;
};

/// Where a file of rules came from, for sloth_slo_info and for a manifest's metadata.
struct SpecOrigin {
  std::string spec;  ///< "prometheus/v1"
  std::string mode;  ///< "cli-gen-prom"
  bool kubernetes = false;
  std::string name, name_space;  ///< of the manifest
  Labels labels, annotations;    ///< of the manifest
};

/// One document of a specification.
struct Specification {
  SpecOrigin origin;
  std::vector<Objective> objectives;
};

}  // namespace fleet::slo
