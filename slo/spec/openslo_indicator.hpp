// What an objective of OpenSLO v1 measures, as PromQL.
#pragma once

#include <string>

#include "core/config/document.hpp"
#include "slo/objective.hpp"
#include "slo/spec/openslo.hpp"

namespace fleet::slo {

/// How the objective weighs time and events: `budgetingMethod`.
struct OpenSloMethod {
  std::string name;  ///< Occurrences, Timeslices, RatioTimeslices
  milliseconds slice{0};
  double slice_target = 0;
};

/// Reads the indicator of an SLO's `spec`, inline or by reference. `objective` is the one of `objectives` that
/// is read: op and value of a threshold stand there. Throws config::Error.
Indicator read_openslo_indicator(const config::Mapping& spec, const config::Mapping& objective,
                                 const OpenSloMethod& method, const OpenSloObjects& objects);

}  // namespace fleet::slo
