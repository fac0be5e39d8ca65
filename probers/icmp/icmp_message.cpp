#include "probers/icmp/icmp_message.hpp"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

namespace fleet::probers::icmp {

namespace {

constexpr std::size_t header_size = 8;

std::uint16_t u16(std::string_view octets, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(octets[at]) << 8 |
                                    static_cast<unsigned char>(octets[at + 1]));
}

void put_u16(std::string& octets, std::size_t at, std::uint16_t value) {
  octets[at] = static_cast<char>(value >> 8);
  octets[at + 1] = static_cast<char>(value & 0xFF);
}

std::optional<Echo> decode(std::string_view message, std::uint8_t type) {
  if (message.size() < header_size) return std::nullopt;
  if (static_cast<unsigned char>(message[0]) != type || message[1] != 0) return std::nullopt;
  return Echo{u16(message, 4), u16(message, 6), std::string(message.substr(header_size))};
}

std::string unreachable_text(std::uint8_t code) {
  switch (code) {
    case ICMP_NET_UNREACH:
      return "network unreachable";
    case ICMP_HOST_UNREACH:
      return "host unreachable";
    case ICMP_PROT_UNREACH:
      return "protocol unreachable";
    case ICMP_PORT_UNREACH:
      return "port unreachable";
    case ICMP_FRAG_NEEDED:
      return "fragmentation needed";
    case ICMP_NET_ANO:
    case ICMP_HOST_ANO:
    case ICMP_PKT_FILTERED:
      return "administratively prohibited";
    default:
      return "unreachable, code " + std::to_string(code);
  }
}

std::string unreachable6_text(std::uint8_t code) {
  switch (code) {
    case ICMP6_DST_UNREACH_NOROUTE:
      return "no route";
    case ICMP6_DST_UNREACH_ADMIN:
      return "administratively prohibited";
    case ICMP6_DST_UNREACH_ADDR:
      return "address unreachable";
    case ICMP6_DST_UNREACH_NOPORT:
      return "port unreachable";
    default:
      return "unreachable, code " + std::to_string(code);
  }
}

}  // namespace

std::string encode_request(Version version, const Echo& echo) {
  std::string octets(header_size, '\0');
  octets[0] = static_cast<char>(version == Version::v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST);
  put_u16(octets, 4, echo.id);
  put_u16(octets, 6, echo.sequence);
  octets += echo.payload;
  if (version == Version::v4) put_u16(octets, 2, checksum(octets));
  return octets;
}

std::optional<Echo> decode_reply(Version version, std::string_view message) {
  return decode(message, version == Version::v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY);
}

std::optional<Echo> decode_request(Version version, std::string_view message) {
  return decode(message, version == Version::v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST);
}

std::optional<std::string_view> behind_ip4_header(std::string_view packet) {
  if (packet.empty()) return std::nullopt;
  auto const length = static_cast<std::size_t>(static_cast<unsigned char>(packet[0]) & 0x0F) * 4;
  if (length < 20 || length > packet.size()) return std::nullopt;
  return packet.substr(length);
}

std::uint16_t checksum(std::string_view octets) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at + 1 < octets.size(); at += 2) sum += u16(octets, at);
  if (octets.size() % 2 != 0) sum += static_cast<std::uint32_t>(static_cast<unsigned char>(octets.back())) << 8;
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::string error_text(Version version, std::uint8_t type, std::uint8_t code) {
  if (version == Version::v4) {
    if (type == ICMP_DEST_UNREACH) return unreachable_text(code);
    if (type == ICMP_TIME_EXCEEDED) return "time to live exceeded";
    if (type == ICMP_PARAMETERPROB) return "parameter problem";
  } else {
    if (type == ICMP6_DST_UNREACH) return unreachable6_text(code);
    if (type == ICMP6_PACKET_TOO_BIG) return "packet too big";
    if (type == ICMP6_TIME_EXCEEDED) return "hop limit exceeded";
    if (type == ICMP6_PARAM_PROB) return "parameter problem";
  }
  return "ICMP type " + std::to_string(type) + " code " + std::to_string(code);
}

}  // namespace fleet::probers::icmp
