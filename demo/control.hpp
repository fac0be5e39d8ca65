// The HTTP API that puts faults in and takes them out.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "core/io/deadline.hpp"
#include "core/web/server.hpp"
#include "demo/cluster.hpp"
#include "demo/faults.hpp"
#include "demo/restartable_server.hpp"

namespace fleet::demo {

/// POST /fault/<name>?value=V puts a fault in force: 200 with the list of faults; 404 with the names there are;
/// 400 with what was expected of the value. POST /clear ends all of them, POST /clear?name=N one. GET /faults
/// lists them:
/// `[{"name","active","value","expects","default","description"}]`. GET /-/healthy is always 200; GET /-/ready
/// is 200 once `ready` is true, else 503. The cluster's pages are here too. Lives on one io thread; destroy it
/// after the io_context has stopped running.
class Control {
 public:
  Control(asio::io_context& io, std::string address, Faults& faults, Cluster& cluster,
          std::function<bool()> ready);
  /// Throws std::system_error if the address is taken.
  void start() { server_.start(); }
  void stop() { server_.stop(); }

 private:
  void configure(web::Server& server);
  web::Response set_fault(const web::Request& request);
  web::Response clear(const web::Request& request);
  web::Response list() const;
  static awaitable<web::Response> serve(web::Response response);

  Faults& faults_;
  Cluster& cluster_;
  std::function<bool()> ready_;
  RestartableServer server_;
};

}  // namespace fleet::demo
