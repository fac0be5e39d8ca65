// Servers that accept connections and then do not behave. They run on a thread of the test's own process.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace fleet::testing {

/// Listens on 127.0.0.1 and answers whatever arrives on a connection with the same bytes, whole, once per read;
/// then keeps the connection open or closes it. With nothing to say and nothing to close it is a server that
/// hangs.
class GarbageServer {
 public:
  enum class Then { keep_open, close, close_at_once };
  /// On `port`, which must be free, or on a port of its own. With close_at_once it closes what it has accepted
  /// before anything is said.
  explicit GarbageServer(std::string bytes, Then then = Then::keep_open, std::uint16_t port = 0);
  ~GarbageServer();
  GarbageServer(const GarbageServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Connections accepted so far.
  int connections() const { return connections_; }

 private:
  void serve();

  std::string bytes_;
  Then then_;
  std::uint16_t port_;
  int listener_;
  int wake_;  // an eventfd that ends the thread
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

/// Accepts, reads and never answers.
class SilentServer : public GarbageServer {
 public:
  SilentServer() : GarbageServer("") {}
};

}  // namespace fleet::testing
