// Name lookup that cannot outlive its deadline.
#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/io/deadline.hpp"

namespace fleet::io {

/// Addresses of host:port, in the order in which RFC 6724 would try them. /etc/hosts comes first, "localhost"
/// needs no server, and names without enough dots are searched for as resolv.conf says. A literal address is
/// parsed without a lookup. `port` is a number or a name of /etc/services. Any number of lookups run at once,
/// so a server that does not answer holds up none but its own; on a deadline the lookup is abandoned and
/// Timeout is thrown. Throws boost::system::system_error (which is no std::system_error) if the name does not
/// resolve; never returns an empty list.
awaitable<std::vector<asio::ip::tcp::endpoint>> resolve(std::string host, std::string port, Deadline deadline);

/// Connects to the first endpoint that accepts, trying each in turn under one deadline. Sets TCP_NODELAY.
/// Throws boost::system::system_error of the last attempt (refused, unreachable) or Timeout.
awaitable<asio::ip::tcp::socket> connect(std::vector<asio::ip::tcp::endpoint> endpoints, Deadline deadline);

/// Whom resolve() asks. The file is read again within a second or so of a change.
struct ResolverSettings {
  std::string resolv_conf = "/etc/resolv.conf";
  std::uint16_t server_port = 53;
};
/// For lookups on that io_context from now on; without it the settings above hold. On its io thread.
void configure_resolver(asio::execution_context& context, ResolverSettings settings);

}  // namespace fleet::io
