// redis_health_exporter as its users run it, for tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/exporters/postgres/sample_page.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/redis_server.hpp"

namespace fleet::testing::redis_health {

/// "- {name: a, address: '127.0.0.1:5', more}".
std::string instance_line(const std::string& name, const std::string& address, const std::string& more = "");

class RunningExporter {
 public:
  /// `config` is the whole file. Returns when /-/healthy answers.
  explicit RunningExporter(const std::string& config);

  /// The page at `path`; throws if it is no 200 or does not come in time.
  SamplePage scrape(const std::string& path = "/metrics",
                    std::chrono::seconds timeout = std::chrono::seconds(10)) const;
  HttpAnswer get(const std::string& path) const { return http_get(port_, path); }
  /// Writes another configuration and makes the exporter read it.
  void reload(const std::string& config);
  std::string log() const { return process_->output(); }
  Process& process() { return *process_; }
  const TemporaryDirectory& directory() const { return directory_; }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// redis_exporter, of one server.
class Peer {
 public:
  /// False if it is not installed.
  static bool installed();
  explicit Peer(const std::string& address);
  SamplePage scrape(const std::string& path = "/metrics") const;

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace fleet::testing::redis_health
