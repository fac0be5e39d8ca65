#include "tests/faults/machine.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace fleet::testing {

Machine::Machine() : file_(directory_.write("machine", std::string(sizeof(MachineState), '\0'))) {}

std::map<std::string, std::string> Machine::environment() const {
  const char* const options = std::getenv("ASAN_OPTIONS");
  return {{"LD_PRELOAD", FLEET_MACHINE_PRELOAD},
          {"FLEET_TEST_MACHINE", file_},
          {"ASAN_OPTIONS", std::string(options ? options : "") + ":verify_asan_link_order=0"}};
}

void Machine::step_clock(std::int64_t seconds_off) {
  state_.wall_clock_off = seconds_off;
  write();
}

void Machine::take_descriptors(bool taken) {
  state_.no_descriptors = taken ? 1 : 0;
  write();
}

// In place: it is mapped.
void Machine::write() {
  std::fstream file(file_, std::ios::binary | std::ios::in | std::ios::out);
  file.write(reinterpret_cast<const char*>(&state_), sizeof state_);
  if (!file.flush()) throw std::runtime_error("cannot write " + file_);
}

}  // namespace fleet::testing
