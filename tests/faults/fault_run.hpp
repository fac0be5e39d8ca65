// Takes one source through every fault, with all programs that read it watching.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/faults/fault_table.hpp"
#include "tests/faults/sources.hpp"
#include "tests/faults/watched_program.hpp"

namespace fleet::testing {

/// One way in which a source fails its readers.
struct Fault {
  std::string name;
  std::function<void()> begin;
  std::function<void()> end;          ///< returns when the source answers again
  bool seen = true;                   ///< false: over before anybody scrapes
  bool programs_start_in_it = false;  ///< the programs are started anew while it lasts
};

/// The faults of a process: stopped, restarted, killed, frozen; and, on the same port, servers that hang, close
/// at once, or answer with each of `garbages` (name, bytes). The source must outlive them.
std::vector<Fault> process_faults(Source& source,
                                  const std::vector<std::pair<std::string, std::string>>& garbages);

/// All from one thread, which owns the programs' processes.
class FaultRun {
 public:
  FaultRun(std::string source, std::function<void()> feed,
           std::vector<std::unique_ptr<WatchedProgram>> programs);
  /// Starts the programs, and goes through `faults` one by one; what goes wrong is a cell's problem. Throws if
  /// the programs are not even well without a fault.
  std::vector<FaultCell> run(const std::vector<Fault>& faults);

 private:
  struct Baseline;
  void feed();
  void suffer(const Fault& fault, std::vector<FaultCell>& cells);

  std::string source_;
  std::function<void()> feed_;
  int fed_ = 0;
  std::vector<std::unique_ptr<WatchedProgram>> programs_;
};

}  // namespace fleet::testing
