// A query to a DNS server and the response to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/stream.hpp"
#include "core/net/tls.hpp"
#include "probers/dns/dns_message.hpp"

namespace fleet::probers::dns {

struct Query {
  std::uint16_t id = 0;
  Question question;
  bool recursion_desired = true;
};
/// An id that nobody can foresee.
std::uint16_t random_id();

/// The response to `query` if `octets` are it; nullopt for another id or another question (one without any is
/// taken if it reports an error). Throws net::Failure (protocol) for what bears the query's id and is no
/// response or no message.
std::optional<Message> response_to(const Query& query, std::string_view octets);

struct Response {
  Message message;
  asio::ip::address address;
  std::size_t size = 0;                             ///< octets
  std::chrono::nanoseconds connect{0}, request{0};  ///< connect includes the TLS handshake
  std::optional<net::TlsFacts> tls;
};

/// Where to ask; the addresses are tried in turn as far as they do not let us connect.
struct Server {
  std::vector<asio::ip::address> addresses;
  std::uint16_t port = 53;
  std::optional<asio::ip::address> source;
};

/// One datagram there; of what comes back, anything but the response is ignored. Throws net::Failure.
awaitable<Response> exchange_udp(Server server, Query query, Deadline deadline);

/// Over a connection of its own, plain, or TLS if `tls` is not null (`name` as in Stream::start_tls(); the
/// context must outlive the call). Anything but the response is a failure. Throws net::Failure.
awaitable<Response> exchange_stream(Server server, Query query, const net::TlsContext* tls, std::string name,
                                    Deadline deadline);

}  // namespace fleet::probers::dns
