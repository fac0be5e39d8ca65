// One of the fleet's programs under test, with what its page must say when its source is not well.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/servers/process.hpp"

namespace fleet::testing {

/// What a page must hold while the faulted source is down, and when it is back.
struct Expectations {
  std::vector<std::string> down_at_once;  ///< series that are 0 on the first page after the fault, 1 when well
  std::vector<std::string> down_soon;     ///< the same within some seconds: what is measured in the background
  std::vector<std::string> kept;          ///< series of other sources: 1 throughout
  std::vector<std::string> fed;           ///< series that equal the times the source was fed, when well
  bool remembers_fed = false;             ///< and they stay on the page while the source is down
};

/// One scrape as Prometheus makes it.
struct Scrape {
  int status = 0;     ///< 0: no complete answer in time
  std::string error;  ///< why
  std::chrono::milliseconds took{0};
  std::map<std::string, double> samples;       ///< by `name{labels}`
  std::map<std::string, double> own_counters;  ///< of those, counters of what the program itself has counted

  std::optional<double> value(const std::string& series) const;
  bool has_family(const std::string& name) const;
};

class WatchedProgram {
 public:
  /// `config` is the whole file. Not started yet.
  WatchedProgram(std::string program, const std::string& config, Expectations expectations);

  /// Returns when /-/healthy answers; from the thread that is to end with it.
  void start();
  void stop();
  /// Never throws. Any thread.
  Scrape scrape(std::chrono::seconds timeout) const;
  std::string page(const std::string& accept) const;

  const std::string& name() const { return program_; }
  const Expectations& expectations() const { return expectations_; }
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_->pid(); }
  bool running() { return process_->running(); }
  std::string log() const;

 private:
  std::string program_;
  Expectations expectations_;
  TemporaryDirectory directory_;
  std::string config_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace fleet::testing
