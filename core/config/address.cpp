#include "core/config/address.hpp"

#include <algorithm>
#include <charconv>

namespace fleet::config {

Address read_address(const Value& value, std::uint16_t default_port) {
  auto const text = value.non_empty_text();
  auto const fail = [&] { value.fail("expected host:port, got `" + text + "`"); };
  Address address{"", default_port};
  std::string_view rest = text;
  if (rest.front() == '[') {
    auto const close = rest.find(']');
    if (close == std::string_view::npos) fail();
    address.host = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  } else {
    auto const colon = std::min(rest.find(':'), rest.size());
    address.host = rest.substr(0, colon);
    rest.remove_prefix(colon);
  }
  if (address.host.empty()) fail();
  if (rest.empty()) return address;
  if (rest.front() != ':') fail();
  rest.remove_prefix(1);
  auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), address.port);
  if (error != std::errc() || end != rest.data() + rest.size() || address.port == 0) fail();
  return address;
}

}  // namespace fleet::config
