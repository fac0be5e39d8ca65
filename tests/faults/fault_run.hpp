// Takes one source and the programs that read it through every fault.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/faults/fault_table.hpp"
#include "tests/faults/sources.hpp"
#include "tests/faults/watched_program.hpp"

namespace fleet::testing {

/// What the pages show while a fault lasts.
enum class Shows : std::uint8_t {
  source_down,
  all_well,  ///< as without it: fed once more meanwhile
  unasked,   ///< over before anybody scrapes
};

/// One way in which a source fails its readers, or in which something befalls the programs themselves. In the
/// order of time; each function may be empty, and runs on the thread that owns the programs.
struct Fault {
  std::string name;
  std::function<void()> begin = {};
  std::function<void(WatchedProgram&)> strike = {};  ///< each program
  std::function<void()> then = {};                   ///< when all are struck
  std::function<void(WatchedProgram&)> relent = {};  ///< each program
  std::function<void()> end = {};                    ///< returns when the source answers again
  Shows shows = Shows::source_down;
  bool programs_start_in_it = false;  ///< the programs are started anew while it lasts
  bool no_descriptors = false;        ///< what connects anew cannot
  bool new_process = false;           ///< strike starts them anew: what they have counted begins anew
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
  void befall(const Fault& fault, const std::vector<Scrape>& before, std::vector<FaultCell>& row);

  std::string source_;
  std::function<void()> feed_;
  int fed_ = 0;
  std::vector<std::unique_ptr<WatchedProgram>> programs_;
};

}  // namespace fleet::testing
