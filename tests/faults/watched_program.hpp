// One of the fleet's programs under test, with what its page must say when its source is not well.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/web/raw_connection.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/process.hpp"

namespace fleet::testing {

/// What a page must hold while the faulted source is down, and when it is back.
struct Expectations {
  std::vector<std::string> down_at_once;  ///< series that are 0 on the first page after the fault, 1 when well
  std::vector<std::string> down_soon;     ///< the same within some seconds: what is measured in the background
  std::vector<std::string> kept;          ///< series of other sources: 1 throughout
  std::vector<std::string> fed;           ///< series that equal the times the source was fed, when well
  bool remembers_fed = false;             ///< and they stay on the page while the source is down
  bool others_connect_anew = false;       ///< `kept` needs a descriptor each time
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
  WatchedProgram(std::string program, std::string config, Expectations expectations);

  /// Returns when /-/healthy answers; from the thread that is to end with it.
  void start();
  void stop();
  void kill9() { process_->kill9(); }
  void signal(int number) { process_->signal(number); }

  /// Of what start() starts from now on.
  void set_environment(std::map<std::string, std::string> environment) {
    environment_ = std::move(environment);
  }
  void log_to(std::filesystem::path file) { output_ = std::move(file); }
  /// What its file says from now on, in one step.
  void write_config(const std::string& text) const;
  const std::string& config() const { return config_; }

  /// Two scrapers keep their connections from now on, until the program is started anew or forget_scrapers().
  void keep_scrapers();
  void forget_scrapers() { scrapers_.clear(); }
  /// How many descriptors it has open.
  std::size_t descriptors() const;

  /// Never throws. Any thread; two at most while connections are kept.
  Scrape scrape(std::chrono::seconds timeout) const;
  std::string page(const std::string& accept) const;

  const std::string& name() const { return program_; }
  const Expectations& expectations() const { return expectations_; }
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_->pid(); }
  bool running() { return process_->running(); }
  std::string log() const;

 private:
  HttpAnswer ask(std::chrono::seconds timeout) const;

  std::string program_;
  Expectations expectations_;
  TemporaryDirectory directory_;
  std::string config_, file_;
  std::filesystem::path output_;
  std::map<std::string, std::string> environment_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
  mutable std::mutex mutex_;  // of the next
  mutable std::vector<RawConnection> scrapers_;
};

}  // namespace fleet::testing
