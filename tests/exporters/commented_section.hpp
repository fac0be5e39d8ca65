// The parts of an example configuration that are commented out, for tests that they are right.
#pragma once

#include <sstream>
#include <string>

#include "tests/servers/process.hpp"

namespace fleet::testing {

/// The example's lines from `# <key>` on, as far as they are indented below it, without their `# `.
inline std::string commented_section(const std::string& file, const std::string& key) {
  std::istringstream lines(read_text(std::string(FLEET_SOURCE_DIR) + "/exporters/" + file));
  std::string line, out;
  while (std::getline(lines, line)) {
    if (line == "# " + key) {
      out = key + "\n";
    } else if (!out.empty() && line.starts_with("#   ")) {
      out += line.substr(2) + "\n";
    } else if (!out.empty()) {
      break;
    }
  }
  return out;
}

}  // namespace fleet::testing
