// The machine as a program under test meets it, through a library that is preloaded into it
// (machine_preload.cpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/servers/process.hpp"

namespace fleet::testing {

/// What the library reads of $FLEET_TEST_MACHINE, at any time.
struct MachineState {
  std::int64_t wall_clock_off = 0;  ///< seconds
  std::int64_t no_descriptors = 0;  ///< 1: whoever asks for a descriptor gets EMFILE
};

/// Of all the programs that run with its environment. Used by one thread.
class Machine {
 public:
  Machine();
  std::map<std::string, std::string> environment() const;
  /// The programs' wall clock; what is monotonic stays as it is.
  void step_clock(std::int64_t seconds_off);
  /// Not by a limit of the kernel's: UBSan takes an object for none where it gets no descriptor for its own
  /// look at it.
  void take_descriptors(bool taken);

 private:
  void write();

  TemporaryDirectory directory_;
  std::string file_;
  MachineState state_;
};

}  // namespace fleet::testing
