// Exit codes are an interface.
#pragma once

namespace fleet::app {

enum ExitStatus : int {
  exit_met = 0,         ///< did what was asked; objective met
  exit_missed = 1,      ///< objective missed, or a target failing
  exit_usage = 2,       ///< bad flags or configuration
  exit_unmeasured = 3,  ///< could not measure
};

}  // namespace fleet::app
