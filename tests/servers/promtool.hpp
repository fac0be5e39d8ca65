// What promtool says of a page.
#pragma once

#include <sstream>
#include <string>

#include "tests/servers/process.hpp"

namespace fleet::testing {

/// The findings of `promtool check metrics`, a line each, less those of names that are redis_exporter's: units
/// in milliseconds and counters without _total are what dashboards know them by.
inline std::string promtool_findings(const std::string& page) {
  TemporaryDirectory directory;
  auto const file = directory.write("page", page);
  std::istringstream lines(run_command({"sh", "-c", "promtool check metrics < " + file + " 2>&1; true"}));
  std::string findings;
  for (std::string line; std::getline(lines, line);) {
    bool const given = line.starts_with("redis_") && !line.starts_with("redis_health_exporter_") &&
                       !line.starts_with("redis_client_");
    if (!given) findings += line + "\n";
  }
  return findings;
}

}  // namespace fleet::testing
