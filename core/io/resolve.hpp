// Name lookup that cannot outlive its deadline.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "core/io/deadline.hpp"

namespace fleet::io {

/// Addresses of host:port in the system resolver's order. A literal address is parsed without a lookup.
/// getaddrinfo cannot be interrupted: on a deadline the lookup is abandoned (it ends by itself on Asio's
/// resolver thread) and Timeout is thrown. Throws boost::system::system_error (which is no std::system_error) if the name does not resolve; never returns
/// an empty list.
awaitable<std::vector<asio::ip::tcp::endpoint>> resolve(std::string host, std::string port, Deadline deadline);

/// Connects to the first endpoint that accepts, trying each in turn under one deadline. Sets TCP_NODELAY.
/// Throws boost::system::system_error of the last attempt (refused, unreachable) or Timeout.
awaitable<asio::ip::tcp::socket> connect(std::vector<asio::ip::tcp::endpoint> endpoints, Deadline deadline);

}  // namespace fleet::io
