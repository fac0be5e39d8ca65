// A server that does with each connection what a test wants, on threads of the test's own process.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace fleet::testing {

/// Blocking calls on one accepted socket; all give up after 10 s.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  ~Peer();
  Peer(const Peer&) = delete;

  int fd() const { return fd_; }
  /// Up to the end of a request's head; "" if the client left before.
  std::string read_head();
  /// False once the client is gone.
  bool send(std::string_view bytes);
  /// Whether the client has closed its side (or reset) within 10 s.
  bool sees_close();
  /// Makes the destructor send a reset.
  void reset_on_close();

 private:
  int fd_;
};

/// Accepts on 127.0.0.1, one connection after another, and calls `serve` with each; closes it when `serve`
/// returns.
class RawServer {
 public:
  explicit RawServer(std::function<void(Peer&)> serve);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  std::uint16_t port() const { return port_; }
  /// Connections served to the end.
  int served() const { return served_; }

 private:
  std::function<void(Peer&)> serve_;
  std::uint16_t port_;
  int listener_;
  std::atomic<int> served_ = 0;
  std::thread thread_;
};

/// A socket that listens on 127.0.0.1; a backlog of 0 takes one connection and then ignores further ones.
int listening_socket(int backlog, std::uint16_t& port);

}  // namespace fleet::testing
