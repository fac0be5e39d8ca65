#include "core/config/address.hpp"

#include <algorithm>

#include "core/io/parse_number.hpp"

namespace fleet::config {

std::optional<Address> parse_address(std::string_view text, std::uint16_t default_port) {
  Address address{"", default_port};
  auto rest = text;
  if (rest.starts_with('[')) {
    auto const close = rest.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    address.host = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  } else {
    auto const colon = std::min(rest.find(':'), rest.size());
    address.host = rest.substr(0, colon);
    rest.remove_prefix(colon);
  }
  if (address.host.empty()) return std::nullopt;
  if (rest.empty()) return address;
  if (rest.front() != ':') return std::nullopt;
  rest.remove_prefix(1);
  address.port = parse_number<std::uint16_t>(rest).value_or(0);
  if (address.port == 0) return std::nullopt;
  return address;
}

Address read_address(const Value& value, std::uint16_t default_port) {
  auto const text = value.non_empty_text();
  auto address = parse_address(text, default_port);
  if (!address) value.fail("expected host:port, got `" + text + "`");
  return *std::move(address);
}

}  // namespace fleet::config
