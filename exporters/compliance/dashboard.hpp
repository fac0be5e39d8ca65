// What the compliance monitor's dashboard says.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/families.hpp"
#include "exporters/label_limit.hpp"

namespace fleet::exporters::compliance {

/// An answer that is no dashboard; what() says what was expected where: "`frameworks[2].name`: expected a
/// text".
class DashboardError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Dashboard {
  struct Framework {
    std::string name, status;
    double open_violations = 0;
  };
  std::string status;
  double last_check_unix = 0;  ///< seconds since 1970
  double checks_total = 0;
  std::vector<Framework> frameworks;
};

/// Parses `{"status", "last_check_unix", "checks_total", "frameworks": [{"name", "status",
/// "open_violations"}]}`. Every key is required, further ones are ignored, numbers are not negative. Throws
/// DashboardError, which never quotes the answer.
Dashboard parse_dashboard(std::string_view json);

/// Whether the last check is longer ago than that, or there was none.
bool is_stale(const Dashboard& dashboard, std::chrono::milliseconds stale_after,
              std::chrono::system_clock::time_point now);

/// compliance_monitor_* but for `_up` and `_stale`. A framework that is named twice is compliant if both say
/// so, its open violations are added up. What the monitor and the register say is published as each says it: a
/// difference is a finding.
void publish_dashboard(const Dashboard& dashboard, const std::vector<std::string>& compliant_statuses,
                       exporters::LabelLimit& frameworks, Families& out);

}  // namespace fleet::exporters::compliance
