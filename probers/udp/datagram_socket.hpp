// A UDP socket that talks to one peer until its deadline.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/net/failure.hpp"

namespace fleet::probers {

/// Connected, on a port of its own: the kernel discards what comes from anybody else, and hands over the peer's
/// ICMP refusals. Owns the descriptor and one timer. One io thread, one receiver at a time.
class DatagramSocket {
 public:
  /// Throws net::Failure at Step::connect: no route, no such source address.
  DatagramSocket(asio::any_io_executor executor, const asio::ip::address& peer, std::uint16_t port,
                 const std::optional<asio::ip::address>& source, Deadline deadline);
  ~DatagramSocket();
  DatagramSocket(const DatagramSocket&) = delete;

  /// One datagram. Throws net::Failure at Step::send.
  void send(std::string_view octets);
  /// The next datagram, whole, possibly empty. Throws net::Failure at Step::processing: refused, unreachable,
  /// timeout.
  awaitable<std::string> receive();
  /// "192.0.2.1:53", "[2001:db8::1]:53".
  const std::string& peer() const { return peer_; }

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::string peer_;
};

struct DatagramAnswer {
  std::string octets;
  asio::ip::address address;  ///< who answered
  std::chrono::nanoseconds connect{0}, request{0};
};

/// Sends `octets` to the first of the addresses, or, where that refuses or cannot be reached, to the next, each
/// once. What `accept` (if set; called on this thread) does not take is ignored. Throws the last net::Failure.
awaitable<DatagramAnswer> ask(std::vector<asio::ip::address> addresses, std::uint16_t port,
                              std::optional<asio::ip::address> source, std::string octets,
                              std::function<bool(std::string_view)> accept, Deadline deadline);

}  // namespace fleet::probers
