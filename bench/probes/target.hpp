// Servers that are probed: one that answers after an exact time, one that never does, one that speaks TLS.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace fleet::bench {

/// Accepts on 127.0.0.1 and answers each request with a small 200 `delay` after its last byte came; never if `delay` is
/// negative. One epoll thread.
class Target {
 public:
  explicit Target(std::chrono::microseconds delay);
  ~Target();
  std::uint16_t port() const { return port_; }
  /// From now on and for so long it does nothing at all, then it answers all that have come meanwhile. Any thread.
  void stall(std::chrono::milliseconds length);

 private:
  void run(std::chrono::microseconds delay);
  std::uint16_t port_ = 0;  // before the listener, which tells it
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::atomic<std::chrono::steady_clock::time_point> stalled_until_{};
  std::thread thread_;
};

/// The same over TLS, at once, one connection after the other.
class TlsTarget {
 public:
  /// PEM files of the certificate and its key.
  TlsTarget(const std::string& certificate, const std::string& key);
  ~TlsTarget();
  std::uint16_t port() const { return port_; }

 private:
  void run(std::string certificate, std::string key);
  std::uint16_t port_ = 0;  // before the listener, which tells it
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// One GET on a connection of its own by a bare epoll loop: what the machine allows. Seconds from before connect() to the end
/// of the answer; throws std::runtime_error.
double bare_probe(std::uint16_t port);

}  // namespace fleet::bench
