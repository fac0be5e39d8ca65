// The register of violations, counted: what the numbers mean and how they are published.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/metrics/families.hpp"
#include "core/postgres/session.hpp"
#include "exporters/label_limit.hpp"

namespace fleet::exporters::compliance {

using FrameworkSeverity = std::pair<std::string, std::string>;

/// One row of the query `violations`.
struct ViolationCount {
  std::string framework, severity;
  double recorded = 0;             ///< rows of any state
  double open = 0;                 ///< not resolved
  double unacknowledged = 0;       ///< not resolved and not acknowledged
  double oldest_open_seconds = 0;  ///< since the oldest open one was detected; 0 if none is open
};

/// Rows sorted by framework and severity. Throws postgres::Error if a column is missing or holds no number.
std::vector<ViolationCount> read_violations(const postgres::Rows& rows);

/// One count for each pair of labels to publish: every known framework with every known severity, and what the
/// rows hold beside them within the limits. Rows that share their labels are added up.
std::map<FrameworkSeverity, ViolationCount> by_label(const std::vector<ViolationCount>& rows,
                                                     exporters::LabelLimit& frameworks,
                                                     exporters::LabelLimit& severities);

/// australian_legal_violations_total, the name in the operators' runbook: not a counter in spite of it, but the
/// violations that nobody has resolved, so that the alert on it ends when the register says so.
void publish_runbook_metric(const std::map<FrameworkSeverity, ViolationCount>& counts, Families& out);

/// The forms that Prometheus users expect. `recorded`: totals as RisingCounts returns them.
void publish_violations(const std::map<FrameworkSeverity, ViolationCount>& counts,
                        const std::map<FrameworkSeverity, double>& recorded, Families& out);

}  // namespace fleet::exporters::compliance
