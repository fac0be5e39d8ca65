// The `sli` of an objective: Sloth's kinds, and two that write the queries themselves.
#pragma once

#include "core/config/document.hpp"
#include "slo/objective.hpp"

namespace fleet::slo {

/// `events` and `raw` as Sloth has them, `latency` from a histogram, `gauge` from a yes-or-no gauge or an
/// expression with a limit. Throws config::Error.
Indicator read_indicator(const config::Value& sli);

/// Good while `expression` is below (above) `limit`: the share of looks, one every `every`, at which it was
/// not.
Indicator limit_indicator(const std::string& expression, const std::string& operation_when_bad, double limit,
                          milliseconds every);

}  // namespace fleet::slo
