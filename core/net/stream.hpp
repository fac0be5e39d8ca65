// A connected byte stream, plain or TLS, whose every operation ends by its deadline.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/net/addresses.hpp"
#include "core/net/failure.hpp"
#include "core/net/tls.hpp"

namespace fleet::net {

struct DialOptions;
struct Dialed;

/// Owns a socket, one timer, and after start_tls() an SSL object that reads and writes the socket's descriptor
/// itself (no second pair of buffers). The timer of an operation that had to wait stays set until its deadline
/// or close(), so io_context::run() goes on until then. One io thread; at most one reader and one writer at a
/// time. Operations throw boost::system::system_error (which is no std::system_error) or, once the deadline has
/// passed, Timeout.
class Stream {
 public:
  Stream(asio::ip::tcp::socket socket, Deadline deadline);
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;

  /// Bytes read, at least one; 0 at an orderly end of the stream.
  awaitable<std::size_t> read_some(asio::mutable_buffer into);
  /// All of it; `bytes` must live until the write has ended.
  awaitable<void> write(std::string_view bytes);
  /// Handshake as a client; `host` is used where the context's options name no server. Throws Failure at
  /// Step::tls (certificate, tls, reset, timeout). The context must outlive the stream. On a stream that is TLS
  /// already it runs TLS inside of TLS (a server behind an https proxy); ssl() is then the inner one.
  awaitable<void> start_tls(const TlsContext& context, std::string host);
  bool is_tls() const;
  /// Null before start_tls().
  SSL* ssl() const;
  /// From now on operations end then.
  void expires_at(Deadline deadline);
  /// Whether there is something to read, an end or an error included; what is TLS' own, session tickets, is
  /// taken and does not count. Never blocks.
  bool has_input();
  asio::ip::tcp::endpoint peer() const;
  /// Closes the descriptor at once, with a reset if `abort` (a probe that gives up should not leave TIME_WAIT).
  void close(bool abort = false);

 private:
  friend awaitable<Dialed> dial_addresses(std::vector<asio::ip::address> addresses, std::string port,
                                          std::optional<asio::ip::address> source, Deadline deadline);
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with its timer's handler only
};

struct DialOptions {
  AddressOptions address;
  std::optional<asio::ip::address> source;  ///< local address to bind
};

struct Dialed {
  Stream stream;
  asio::ip::tcp::endpoint peer;
  std::chrono::nanoseconds resolve{0}, connect{0};
};

/// Resolves and connects; TCP_NODELAY is set. The addresses are tried in turn, each but the last with its share
/// of the time that is left: one that swallows packets does not eat what the others need. `port` is a number or
/// a name of /etc/services. Throws Failure at Step::resolve or Step::connect; after several addresses that of
/// the last.
awaitable<Dialed> dial(std::string host, std::string port, DialOptions options, Deadline deadline);
/// The second half of dial(), for who has to know the addresses even if none accepts. Dialed::resolve is zero.
awaitable<Dialed> dial_addresses(std::vector<asio::ip::address> addresses, std::string port,
                                 std::optional<asio::ip::address> source, Deadline deadline);

}  // namespace fleet::net
