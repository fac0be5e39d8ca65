#include "probers/grpc/grpc_message.hpp"

#include <algorithm>
#include <array>

#include "core/io/parse_number.hpp"

namespace fleet::probers::grpc {

namespace {

constexpr std::array<std::string_view, 17> status_names{
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

constexpr std::array<std::string_view, 4> serving_names{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_varint(std::string& octets, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) octets += static_cast<char>(value | 0x80);
  octets += static_cast<char>(value);
}

std::string_view take(std::string_view& octets, std::size_t count) {
  if (count > octets.size()) throw Malformed("the message is cut off");
  auto const taken = octets.substr(0, count);
  octets.remove_prefix(count);
  return taken;
}

std::uint64_t take_varint(std::string_view& octets) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    auto const octet = static_cast<unsigned char>(take(octets, 1)[0]);
    if (shift == 63 && octet > 1) break;
    value |= static_cast<std::uint64_t>(octet & 0x7F) << shift;
    if ((octet & 0x80) == 0) return value;
  }
  throw Malformed("the message has a number that is too long");
}

void skip_field(std::string_view& octets, std::uint64_t wire_type) {
  switch (wire_type) {
    case 0:
      take_varint(octets);
      return;
    case 1:
      take(octets, 8);
      return;
    case 2: {
      auto const length = take_varint(octets);
      if (length > octets.size()) throw Malformed("the message is cut off");
      take(octets, static_cast<std::size_t>(length));
      return;
    }
    case 5:
      take(octets, 4);
      return;
    default:
      throw Malformed("the message has a field of an unknown kind");
  }
}

}  // namespace

std::string status_name(int code) {
  if (code >= 0 && static_cast<std::size_t>(code) < status_names.size()) {
    return std::string(status_names[static_cast<std::size_t>(code)]);
  }
  return "code " + std::to_string(code);
}

std::optional<int> parse_status(std::string_view text) {
  auto const code = parse_number<int>(text);
  return code && *code >= 0 ? code : std::nullopt;
}

int status_of_http(int http_status) {
  switch (http_status) {
    case 400:
      return status::internal;
    case 401:
      return status::unauthenticated;
    case 403:
      return status::permission_denied;
    case 404:
      return status::unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return status::unavailable;
    default:
      return status::unknown;
  }
}

std::string timeout_header(std::chrono::nanoseconds left) {
  constexpr long most = 99'999'999;
  auto const micros = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
  if (micros <= most) return std::to_string(std::max<long>(micros, 1)) + "u";
  return std::to_string(std::min<long>(micros / 1000, most)) + "m";
}

std::string decode_percent(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      int const high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
      if (high >= 0 && low >= 0) {
        decoded += static_cast<char>(high << 4 | low);
        at += 2;
        continue;
      }
    }
    decoded += text[at];
  }
  return decoded;
}

std::string health_request(std::string_view service) {
  std::string message;
  if (!service.empty()) {
    message += '\x0A';  // field 1, length-delimited
    append_varint(message, service.size());
    message += service;
  }
  std::string framed(1, '\0');  // not compressed
  for (int shift = 24; shift >= 0; shift -= 8) framed += static_cast<char>(message.size() >> shift & 0xFF);
  return framed + message;
}

std::string serving_status_name(ServingStatus serving) {
  auto const number = static_cast<std::size_t>(serving);
  return number < serving_names.size() ? std::string(serving_names[number]) : std::to_string(number);
}

ServingStatus decode_health_response(std::string_view body) {
  if (body.empty()) throw Malformed("there is no message");
  if (take(body, 1)[0] != '\0') throw Malformed("the message is compressed, which was not offered");
  std::uint32_t length = 0;
  for (char const c : take(body, 4)) length = length << 8 | static_cast<unsigned char>(c);
  auto message = take(body, length);
  if (!body.empty()) throw Malformed("there is more than one message");
  std::uint64_t serving = 0;
  while (!message.empty()) {
    auto const tag = take_varint(message);
    if (tag >> 3 == 0) throw Malformed("the message has a field without a number");
    if (tag == 0x08) {
      serving = take_varint(message);
    } else {
      skip_field(message, tag & 7);
    }
  }
  // An enumeration is 32 bits wide; a negative one arrives as ten octets.
  return static_cast<ServingStatus>(static_cast<std::uint32_t>(serving));
}

}  // namespace fleet::probers::grpc
