// ICMP and ICMPv6 messages: echo requests to octets, octets to replies. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleet::probers::icmp {

enum class Version : std::uint8_t { v4, v6 };

struct Echo {
  std::uint16_t id = 0;
  std::uint16_t sequence = 0;
  std::string payload;
};

/// RFC 792, RFC 4443 section 4.1. The checksum of an ICMPv6 message is left to the kernel, which knows the
/// addresses.
std::string encode_request(Version version, const Echo& echo);
/// nullopt: no echo reply. `message` begins with the ICMP header.
std::optional<Echo> decode_reply(Version version, std::string_view message);
/// The same of the request that an ICMP error quotes; routers quote its header and perhaps not its payload.
std::optional<Echo> decode_request(Version version, std::string_view message);

/// What an IPv4 packet carries behind its header, or nullopt if it is cut off.
std::optional<std::string_view> behind_ip4_header(std::string_view packet);

/// RFC 1071: 0 over a message that contains its right checksum.
std::uint16_t checksum(std::string_view octets);

/// Type and code of an ICMP error in words: "host unreachable", "time to live exceeded".
std::string error_text(Version version, std::uint8_t type, std::uint8_t code);

}  // namespace fleet::probers::icmp
