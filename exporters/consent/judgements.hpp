// What is a breach: plain functions from what was read to findings.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "exporters/checks/finding.hpp"
#include "exporters/consent/config.hpp"
#include "exporters/consent/processing.hpp"
#include "exporters/consent/withdrawals.hpp"

namespace fleet::exporters::consent {

/// A finding for each type of consent: no withdrawal is older than allowed without having been acted on.
std::vector<Finding> judge_withdrawals(const std::map<std::string, PendingCount>& counts,
                                       const CheckLimits& limits);

/// The three ways to use data without a consent.
enum class Misuse { after_withdrawal, after_expiry, without_grant };

/// A finding for each type of consent: no more such uses than allowed.
std::vector<Finding> judge_processing(const std::map<std::string, ProcessingCount>& counts, Misuse misuse,
                                      const CheckLimits& limits);

}  // namespace fleet::exporters::consent
