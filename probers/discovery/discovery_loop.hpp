// Keeps the discovered targets of one probe up to date.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/metrics/instruments.hpp"
#include "probers/discovery/discovery.hpp"

namespace fleet::probers {

/// Asks every source of one probe at its interval (files are looked at every 2 s and read when they change) and tells
/// when the union of their targets has become another. A source that fails keeps what it last said, is
/// slo_prober_discovery_up{probe,source} 0 and one log line; a file pattern without a file is empty, not a failure. One io
/// thread. Destroying it ends it.
class DiscoveryLoop {
 public:
  using Changed = std::function<void(std::vector<DiscoveredTarget>)>;

  DiscoveryLoop(asio::any_io_executor executor, Instruments& instruments, std::string probe, Discoveries sources,
                Changed changed);
  ~DiscoveryLoop();
  DiscoveryLoop(const DiscoveryLoop&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Every source once; a source that fails throws BadTargetList naming it. For one-shot commands.
awaitable<std::vector<DiscoveredTarget>> discover_once(Discoveries sources, Deadline deadline);

}  // namespace fleet::probers
