// When an alert would have fired, from the instants at which its condition held.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace fleet::slo {

/// From the first evaluation at which the alert fires to the last, in seconds since 1970.
struct Firing {
  std::int64_t from = 0, to = 0;
};

/// `true_at`: multiples of `step` (from any origin) at which the condition held. A run of them fires once it
/// has lasted `hold` seconds, as `for` says; one evaluation without the condition ends it.
std::vector<Firing> firings(const std::set<std::int64_t>& true_at, std::int64_t step, std::int64_t hold);

}  // namespace fleet::slo
