// One connection of the server, independent of the stream it runs over; Beast stays in session.cpp.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "core/web/gate.hpp"
#include "core/web/router.hpp"
#include "core/web/server.hpp"

namespace fleet::web {

/// What all connections of a server share.
struct Service {
  Limits limits;
  Router router;
  std::function<Response(int status, const Request& head)> refusal;  ///< may be empty
  std::shared_ptr<Gate> gate;                                        ///< may be null: everything passes
  bool draining = false;
};

/// Reads requests and writes their responses in order until the client leaves, errs or is too slow. Lives on
/// the server's io thread; whoever runs run() keeps the session alive until it returned.
class Session {
 public:
  virtual ~Session() = default;
  virtual awaitable<void> run() = 0;
  /// Closes the connection if no request is being read, handled or answered.
  virtual void drain() = 0;
  /// Closes the connection now and cancels a handler that is running.
  virtual void abort() = 0;
  /// Since when the client has kept it waiting for a request; nullopt while one is being answered. Steady
  /// clock.
  std::optional<std::chrono::steady_clock::time_point> waiting_since() const { return waiting_since_; }
  /// run() must be spawned with this slot, or abort() cannot cancel handlers.
  asio::cancellation_slot cancellation_slot() { return cancellation_.slot(); }

 protected:
  asio::cancellation_signal cancellation_;
  std::optional<std::chrono::steady_clock::time_point> waiting_since_ = std::chrono::steady_clock::now();
};

/// TLS if the service's gate has it.
std::shared_ptr<Session> make_session(asio::ip::tcp::socket socket, std::shared_ptr<const Service> service);

}  // namespace fleet::web
