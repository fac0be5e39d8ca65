#include "exporters/compliance/violations.hpp"

#include <algorithm>
#include <tuple>

namespace fleet::exporters::compliance {

std::vector<ViolationCount> read_violations(const postgres::Rows& rows) {
  auto const framework = rows.column("framework"), severity = rows.column("severity"),
             recorded = rows.column("recorded"), open = rows.column("open"),
             unacknowledged = rows.column("unacknowledged"), oldest = rows.column("oldest_open_seconds");
  std::vector<ViolationCount> counts;
  counts.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ViolationCount count;
    count.framework = rows.text(row, framework);
    count.severity = rows.text(row, severity);
    count.recorded = rows.number_or_null(row, recorded).value_or(0);
    count.open = rows.number_or_null(row, open).value_or(0);
    count.unacknowledged = rows.number_or_null(row, unacknowledged).value_or(0);
    count.oldest_open_seconds = std::max(0.0, rows.number_or_null(row, oldest).value_or(0));
    counts.push_back(std::move(count));
  }
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
    return std::tie(a.framework, a.severity) < std::tie(b.framework, b.severity);
  });
  return counts;
}

std::map<FrameworkSeverity, ViolationCount> by_label(const std::vector<ViolationCount>& rows,
                                                     exporters::LabelLimit& frameworks,
                                                     exporters::LabelLimit& severities) {
  std::map<FrameworkSeverity, ViolationCount> counts;
  for (auto const& framework : frameworks.known()) {
    for (auto const& severity : severities.known()) counts[{framework, severity}];
  }
  for (auto const& row : rows) {
    auto& count = counts[{frameworks.label(row.framework), severities.label(row.severity)}];
    count.recorded += row.recorded;
    count.open += row.open;
    count.unacknowledged += row.unacknowledged;
    count.oldest_open_seconds = std::max(count.oldest_open_seconds, row.oldest_open_seconds);
  }
  for (auto& [labels, count] : counts) std::tie(count.framework, count.severity) = labels;
  return counts;
}

void publish_runbook_metric(const std::map<FrameworkSeverity, ViolationCount>& counts, Families& out) {
  auto& violations =
      out.untyped("australian_legal_violations_total",
                  "Violations in the register that nobody has resolved yet. Keeps its last reading while the "
                  "register cannot be read.");
  for (auto const& [labels, count] : counts) {
    violations.add({{"framework", count.framework}, {"severity", count.severity}}, count.open);
  }
}

void publish_violations(const std::map<FrameworkSeverity, ViolationCount>& counts,
                        const std::map<FrameworkSeverity, double>& recorded, Families& out) {
  auto& open = out.gauge("compliance_violations_open", "Violations that are not resolved.");
  auto& unacknowledged = out.gauge("compliance_violations_unacknowledged",
                                   "Violations that are neither acknowledged nor resolved.");
  auto& total = out.counter("compliance_violations_recorded_total",
                            "Violations ever recorded. Deleted rows stay counted while the exporter runs.");
  auto& age =
      out.gauge("compliance_violation_oldest_open_age_seconds",
                "Time since the oldest open violation of the framework was detected; 0 if none is open.");
  std::map<std::string_view, double> oldest;
  for (auto const& [labels, count] : counts) {
    open.add({{"framework", count.framework}, {"severity", count.severity}}, count.open);
    unacknowledged.add({{"framework", count.framework}, {"severity", count.severity}}, count.unacknowledged);
    auto& seconds = oldest[count.framework];
    seconds = std::max(seconds, count.oldest_open_seconds);
  }
  for (auto const& [labels, value] : recorded) {
    total.add({{"framework", labels.first}, {"severity", labels.second}}, value);
  }
  for (auto const& [framework, seconds] : oldest) age.add({{"framework", framework}}, seconds);
}

}  // namespace fleet::exporters::compliance
