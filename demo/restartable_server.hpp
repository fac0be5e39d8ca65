// A web server that can be killed and brought back on the same address.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/web/server.hpp"

namespace fleet::demo {

/// Lives on one io thread. What `configure` registers must stay valid until this object is destroyed, which
/// must be after `io` has stopped running.
class RestartableServer {
 public:
  RestartableServer(asio::io_context& io, std::string address, std::function<void(web::Server&)> configure);

  /// Listens; nothing if it does already. Throws std::system_error if the address is taken.
  void start();
  /// Like a killed process: refuses connections and resets those that are open.
  void kill();
  /// Lets busy connections finish.
  void stop();
  bool running() const { return server_ != nullptr; }
  const std::string& address() const { return address_; }

 private:
  asio::io_context& io_;
  std::string address_;
  std::function<void(web::Server&)> configure_;
  std::unique_ptr<web::Server> server_;
  std::vector<std::unique_ptr<web::Server>> retired_;  // their connections may still unwind
};

}  // namespace fleet::demo
