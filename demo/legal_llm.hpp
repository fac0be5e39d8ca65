// The simulated system as a whole.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/metrics/instruments.hpp"
#include "demo/agents.hpp"
#include "demo/cluster.hpp"
#include "demo/control.hpp"
#include "demo/documents.hpp"
#include "demo/faults.hpp"
#include "demo/held_locks.hpp"
#include "demo/interface.hpp"
#include "demo/monitor.hpp"
#include "demo/orchestrator.hpp"
#include "demo/registers.hpp"

namespace fleet::demo {

struct Settings {
  redis::Options coordinator, queue;
  postgres::Options database;
  std::string interface_listen = "127.0.0.1:9710";
  std::string compliance_listen = "127.0.0.1:9711";
  std::string control_listen = "127.0.0.1:9712";
  std::string agents_host = "127.0.0.1";
  std::uint16_t agents_base_port = 9721;
  std::uint64_t seed = 1;
  double hops_per_second = 40;
  std::uint32_t batch_size = 520;
  std::chrono::milliseconds batch_every{60'000};

  Settings();
};

/// Owns all parts. Lives on the thread that runs `io`; destroy it after `io` has stopped running.
class LegalLlm {
 public:
  LegalLlm(asio::io_context& io, Settings settings);
  /// Throws std::system_error if an address is taken.
  void start();
  /// After this `io` runs out of work within a second or two, unless a database or Redis hangs.
  void stop();

 private:
  Faults faults_;
  Instruments instruments_;
  Agents agents_;
  std::shared_ptr<Orchestrator> orchestrator_;
  std::shared_ptr<Registers> registers_;
  std::shared_ptr<Documents> documents_;
  std::shared_ptr<HeldLocks> held_locks_;
  std::shared_ptr<ComplianceMonitor> monitor_;
  UnifiedInterface interface_;
  Cluster cluster_;
  Control control_;
};

}  // namespace fleet::demo
