// A private Redis server.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/servers/process.hpp"

namespace fleet::testing {

struct RedisOptions {
  bool append_only = false;            ///< what was acknowledged survives restart() and kill9()
  std::vector<std::string> arguments;  ///< further ones of redis-server, e.g. {"--requirepass", "x"}
};

/// redis-server on 127.0.0.1 with its own directory; keeps port and directory over stop() and start(). start()
/// returns when PING is answered and the data is loaded.
class RedisServer {
 public:
  explicit RedisServer(RedisOptions options = {});
  ~RedisServer();

  std::uint16_t port() const { return port_; }
  /// "127.0.0.1:port".
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Runs one command over a connection of its own. Strings and statuses as they are, integers in decimal, nil
  /// as "", the elements of an array one a line, nested ones flattened. Throws std::runtime_error for an error
  /// reply.
  std::string command(const std::vector<std::string>& words) const;

  void start();
  /// Starts without waiting: the server is in the state LOADING and spends `key_delay` on each key of its data
  /// (if its append-only file is a rewritten one). Then wait_ready().
  void start_loading(std::chrono::microseconds key_delay);
  void wait_ready();
  void stop();  ///< SIGTERM: shuts down in order
  void restart();
  void kill9();
  void freeze();  ///< SIGSTOP: the kernel accepts connections, nobody answers
  void thaw();
  Process& process() { return *process_; }

 private:
  void launch(const std::vector<std::string>& more_arguments);

  TemporaryDirectory directory_;
  RedisOptions options_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace fleet::testing
