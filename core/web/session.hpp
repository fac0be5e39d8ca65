// One connection of the server, independent of the stream it runs over; Beast stays in session.cpp.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "core/web/router.hpp"
#include "core/web/server.hpp"

namespace fleet::web {

/// What all connections of a server share.
struct Service {
  Limits limits;
  Router router;
  std::function<Response(int status, const Request& head)> refusal;  ///< may be empty
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
  /// run() must be spawned with this slot, or abort() cannot cancel handlers.
  asio::cancellation_slot cancellation_slot() { return cancellation_.slot(); }

 protected:
  asio::cancellation_signal cancellation_;
};

std::shared_ptr<Session> make_session(asio::ip::tcp::socket socket, std::shared_ptr<const Service> service);

}  // namespace fleet::web
