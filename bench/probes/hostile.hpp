// Servers that hang, reset and lie, all on one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace fleet::bench {

/// One listening port for each way of misbehaving; UDP too for those that can.
class HostileServers {
 public:
  HostileServers();
  ~HostileServers();
  /// Port by name: silent, close, reset, garbage, drip (one byte every 50 ms), endless_head, endless_body,
  /// half_body, interim (100 Continue without end), redirect_loop, rst_in_body, tls_garbage.
  const std::map<std::string, std::uint16_t>& ports() const { return ports_; }

 private:
  struct Peer;
  void run();
  std::map<std::string, std::uint16_t> ports_;
  std::map<int, std::string> listeners_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fleet::bench
