// What a Stream holds; private to core/net.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "core/net/stream.hpp"

namespace fleet::net {

/// "10.0.0.1:80", "[::1]:80".
std::string text_of(const asio::ip::tcp::endpoint& endpoint);

struct Stream::Impl : std::enable_shared_from_this<Stream::Impl> {
  Impl(asio::ip::tcp::socket connected, Deadline limit);
  ~Impl();
  Impl(const Impl&) = delete;

  /// Suspends until the socket is ready. Throws Timeout or boost::system::system_error.
  awaitable<void> wait(asio::ip::tcp::socket::wait_type readiness);
  /// To be called before each operation: throws Timeout, and lets others run now and then where data never
  /// ceases.
  awaitable<void> begin();
  /// After an SSL call returned `result`: waits for what it wants and returns true; false at an orderly end.
  /// Throws boost::system::system_error.
  awaitable<bool> resume_tls(int result);
  /// Tries one address; the error is set if it refused. Throws Timeout.
  awaitable<boost::system::error_code> connect(asio::ip::tcp::endpoint endpoint,
                                               std::optional<asio::ip::address> source);
  void expires_at(Deadline limit);
  bool has_input();
  void close(bool abort) noexcept;
  std::string name() const;

  asio::ip::tcp::socket socket;
  int descriptor = -1;  ///< the socket's; negative when closed
  SSL* ssl = nullptr;

 private:
  void arm();

  asio::steady_timer timer_;
  Deadline deadline_;
  bool armed_ = false;
  bool expired_ = false;
  bool tls_broken_ = false;
  unsigned since_yield_ = 0;
};

}  // namespace fleet::net
