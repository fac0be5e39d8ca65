// A server's address in a configuration file.
#pragma once

#include <cstdint>
#include <string>

#include "core/config/document.hpp"

namespace fleet::config {

struct Address {
  std::string host;
  std::uint16_t port;
};

/// Reads "host:port", "[::1]:port", or a host alone, which gets `default_port`. Throws Error at the value.
Address read_address(const Value& value, std::uint16_t default_port);

}  // namespace fleet::config
