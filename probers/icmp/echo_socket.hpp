// A socket that sends echo requests to one address and receives what answers them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/io/deadline.hpp"
#include "core/net/failure.hpp"
#include "probers/icmp/icmp_message.hpp"

namespace fleet::probers::icmp {

/// The system lets this process open no ICMP socket of either kind; what() names the remedies.
class NotPermitted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct SocketOptions {
  std::optional<asio::ip::address> source;
  int ttl = 0;  ///< hop limit of what is sent; 0: the system's
  bool dont_fragment = false;
};

/// What came back for one request.
struct EchoEvent {
  std::uint16_t sequence = 0;
  Deadline::Clock::time_point at;
  std::optional<int> hop_limit;       ///< of the reply, where the system tells it
  std::optional<net::Failure> error;  ///< an ICMP error instead of a reply
};

/// An unprivileged socket (SOCK_DGRAM, which the sysctl net.ipv4.ping_group_range admits) or else a raw one
/// (CAP_NET_RAW). Identifier and payload are random, so that only what answers this socket's requests is taken;
/// of others' replies the kernel filters most. Owns the descriptor and a timer. One io thread, one receiver.
class EchoSocket {
 public:
  /// Throws NotPermitted, or net::Failure at Step::connect.
  EchoSocket(asio::any_io_executor executor, const asio::ip::address& peer, std::size_t payload_size,
             const SocketOptions& options);
  ~EchoSocket();
  EchoSocket(const EchoSocket&) = delete;

  /// Throws net::Failure at Step::send.
  void send(std::uint16_t sequence);
  /// The next reply or error, or nullopt at `until`. A reply may come twice.
  awaitable<std::optional<EchoEvent>> receive(Deadline until);
  bool raw() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fleet::probers::icmp
