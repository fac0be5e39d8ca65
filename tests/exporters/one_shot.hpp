// Runs a program to its end and keeps what it printed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/servers/process.hpp"

namespace fleet::testing {

struct OneShot {
  int exit_code = 0;
  std::string output;  ///< standard output and standard error
};

/// `command[0]` is a program of this build: "compliance_exporter".
inline OneShot run_program(std::vector<std::string> command,
                           std::map<std::string, std::string> environment = {}) {
  TemporaryDirectory directory;
  command[0] = std::string(FLEET_BIN_DIR) + "/" + command[0];
  Process process({std::move(command), directory.path() / "output", std::move(environment), {}, {}});
  int const code = process.wait(std::chrono::seconds(60));
  return {code, process.output()};
}

}  // namespace fleet::testing
