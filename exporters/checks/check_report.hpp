// What a check found: plain data, judged the same however it is shown.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/report/output.hpp"
#include "exporters/checks/finding.hpp"

namespace fleet::exporters {

struct CheckReport {
  std::string program;  ///< "compliance_exporter"
  std::chrono::system_clock::time_point began;
  std::chrono::nanoseconds duration{0};
  std::vector<Finding> findings;
};

/// app::ExitStatus: a breach is 1 whatever else could not be told; without one, anything unmeasured is 3, and
/// so is a check that looked at nothing.
int exit_status(const CheckReport& report);

/// "2 breaches: retention documents, financial property_settlement; 17 requirements kept".
std::string summarize(const std::vector<Finding>& findings);

/// As a table: what is wrong on top, a line each; the requirements that a check found kept are one line if they
/// are many. As JSON, with two blanks of indentation, in this order; new keys may be added, these stay:
///   program, command ("check"), version (1), began (RFC 3339, UTC), duration_seconds, exit_status, status
///   (compliant, breach, unmeasured), summary, findings [{check, subject, result (kept, breach, unmeasured),
///   series (null: none), value (null: unmeasured), allowed (null: no number), detail}].
/// As JUnit: a testsuite a check, a testcase a requirement; a breach is a failure, unmeasured an error.
std::string render(const CheckReport& report, report::Output output);

}  // namespace fleet::exporters
