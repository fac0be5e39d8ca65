// The bytes of one connection, plain or over TLS; private to core/web. Virtual, so that what is done with them
// is compiled once.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstddef>
#include <memory>

#include "core/io/deadline.hpp"
#include "core/web/server_tls.hpp"

namespace fleet::web {

/// Each wait ends when socket().expires_after() says, with an error.
class Transport {
 public:
  using error_code = boost::system::error_code;
  virtual ~Transport() = default;
  /// The TLS handshake, if there is TLS.
  virtual awaitable<void> greet(error_code& ec) = 0;
  virtual awaitable<std::size_t> read_some(asio::mutable_buffer into, error_code& ec) = 0;
  /// Some of these bytes, no more than `most`.
  virtual awaitable<std::size_t> write_some(asio::const_buffer head, asio::const_buffer body, std::size_t most,
                                            error_code& ec) = 0;
  /// Tells the client that nothing was cut off, if there is TLS.
  virtual awaitable<void> say_goodbye(error_code& ec) = 0;
  virtual boost::beast::tcp_stream& socket() = 0;
};

/// `tls` may be null: plain.
std::unique_ptr<Transport> make_transport(asio::ip::tcp::socket socket, std::shared_ptr<ServerTls> tls);

/// Whether a handshake failed because the client spoke plain HTTP.
bool is_plain_http(const boost::system::error_code& ec);

}  // namespace fleet::web
