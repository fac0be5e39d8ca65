// The unified interface: what users see of the system, with its health and metrics.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/metrics/instruments.hpp"
#include "core/web/server.hpp"
#include "demo/faults.hpp"
#include "demo/restartable_server.hpp"

namespace fleet::demo {

/// The state of one thing that the interface needs, at this moment.
struct HealthCheck {
  std::string name;
  std::function<bool()> good;
};

/// Serves /healthz (always 200; `{"status": "ok" | "degraded", "checks": {"agents": true, ...}}`), /metrics
/// (its own and the whole system's instruments), and the pages /, /login and /matters. Obeys the fault
/// interface-down. Lives on one io thread; destroy it after the io_context has stopped running.
class UnifiedInterface {
 public:
  UnifiedInterface(asio::io_context& io, std::string address, std::vector<HealthCheck> checks, Faults& faults,
                   Instruments& instruments);
  /// Throws std::system_error if the address is taken.
  void start();
  void stop();
  bool healthy() const;

 private:
  void configure(web::Server& server);
  void add_page(web::Server& server, std::string path,
                web::Response (UnifiedInterface::*page)(const web::Request&));
  static awaitable<web::Response> serve(UnifiedInterface* self, std::string path, web::Response response);
  web::Response health(const web::Request& request);
  web::Response metrics(const web::Request& request);
  web::Response front(const web::Request& request);
  web::Response login(const web::Request& request);
  web::Response matters(const web::Request& request);

  Faults& faults_;
  Instruments& instruments_;
  std::vector<HealthCheck> checks_;
  RestartableServer server_;
  bool started_ = false;
};

}  // namespace fleet::demo
