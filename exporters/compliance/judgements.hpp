// What is a breach: plain functions from what was read to findings.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "exporters/checks/finding.hpp"
#include "exporters/compliance/config.hpp"
#include "exporters/compliance/dashboard.hpp"
#include "exporters/compliance/form13.hpp"
#include "exporters/compliance/retention.hpp"
#include "exporters/compliance/violations.hpp"

namespace fleet::exporters::compliance {

/// A finding for each framework and severity: no more open violations than allowed.
std::vector<Finding> judge_violations(const std::map<FrameworkSeverity, ViolationCount>& counts,
                                      const CheckLimits& limits);

/// One finding: documents past their retention date.
std::vector<Finding> judge_retention(const Overdue& overdue, const CheckLimits& limits);

/// Two findings for each case type: Form 13s that are missing, and that are incomplete; together they must not
/// be more than allowed.
std::vector<Finding> judge_form13(const std::map<std::string, Form13Count>& counts, const CheckLimits& limits);

/// Whether the monitor calls itself and each framework compliant, and has checked lately: one that has not is
/// blind, and what it says is worth nothing (unmeasured).
std::vector<Finding> judge_monitor(const Dashboard& dashboard, const MonitorConfig& config,
                                   std::chrono::system_clock::time_point now);

}  // namespace fleet::exporters::compliance
