// Runs collectors in parallel under one deadline; the one place that catches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporters/collector.hpp"

namespace fleet::exporters {

/// The collectors of one configuration. A reload replaces the whole set; a scrape in flight keeps the old one
/// alive (shared_ptr). Worker io thread.
class CollectorSet : public std::enable_shared_from_this<CollectorSet> {
 public:
  /// `exporter` prefixes the self metrics: "pg_health_exporter".
  CollectorSet(std::string exporter, std::vector<std::unique_ptr<Collector>> collectors);

  /// Runs every collector in parallel, each into Families of its own, merged when it returns. Adds
  /// `<exporter>_collector_success{collector[,target]}` and `<exporter>_collector_duration_seconds{...}`. A
  /// collector that does not end by the deadline is cancelled and counts as failed; one that does not even end
  /// then is left behind. Logs a failure when it begins or its text changes, and once when it ends, not at
  /// every scrape. Returns whether all succeeded.
  awaitable<bool> collect(Deadline deadline, Families& out);
  /// The same with those collectors only that have one of these names, and those that always run. Throws
  /// std::invalid_argument, which names it, if no collector has a name; does not if there are no collectors.
  awaitable<bool> collect(std::vector<std::string> names, Deadline deadline, Families& out);

 private:
  struct State;
  std::vector<std::size_t> selected(const std::vector<std::string>& names) const;
  awaitable<bool> run(std::vector<std::size_t> chosen, Deadline deadline, Families& out);
  static awaitable<void> run_one(std::shared_ptr<CollectorSet> self, std::shared_ptr<State> state,
                                 std::size_t index, Deadline deadline);
  static std::string merge(Families&& page, Families& out);
  void report(std::size_t index, const std::string& failure, double seconds, Families& out);

  std::string success_name_, duration_name_;
  std::vector<std::unique_ptr<Collector>> collectors_;
  std::vector<std::string> last_failure_;
};

}  // namespace fleet::exporters
