// A server's address, in a configuration file or elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/config/document.hpp"

namespace fleet::config {

struct Address {
  std::string host;
  std::uint16_t port;
};

/// "host:port", "[::1]:port", or a host alone, which gets `default_port`; nullopt if it is none of these.
std::optional<Address> parse_address(std::string_view text, std::uint16_t default_port);
/// The same from a file. Throws Error at the value.
Address read_address(const Value& value, std::uint16_t default_port);

}  // namespace fleet::config
