// A fault table made in parts that run beside each other.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tests/faults/fault_table.hpp"

namespace fleet::testing {

/// Runs each part on a thread of its own, which its processes live and die with; prints the whole table, and
/// CHECKs that no part threw, that no cell has a problem, and that there are at least `least` cells.
void check_fault_table(const std::vector<std::function<std::vector<FaultCell>()>>& parts, std::size_t least);

}  // namespace fleet::testing
