// What came of each program under each fault.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace fleet::testing {

/// One program, one source, one fault.
struct FaultCell {
  std::string program, source, fault;
  std::chrono::milliseconds slowest_scrape{0};
  int scrapes = 0;
  std::optional<std::chrono::milliseconds> said_down;  ///< from the fault to the last `..._up 0`
  std::optional<std::chrono::milliseconds> recovered;  ///< from the source's return to a whole page
  std::vector<std::string> problems;                   ///< empty: as it should be
};

/// The cells as a table for people.
std::string fault_table(const std::vector<FaultCell>& cells);

}  // namespace fleet::testing
