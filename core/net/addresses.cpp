#include "core/net/addresses.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <span>
#include <stdexcept>

#include "core/io/parse_number.hpp"
#include "core/io/resolve.hpp"

namespace fleet::net {
namespace {

namespace ip = asio::ip;
using Bytes = ip::address_v6::bytes_type;

constexpr unsigned kMappedPrefix = 96;  // ::ffff:0:0/96

Bytes bytes_of(const ip::address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
}

bool is_ip4(const ip::address& address) { return address.is_v4() || address.to_v6().is_v4_mapped(); }

bool same_prefix(const Bytes& a, const Bytes& b, unsigned bits) {
  auto const whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  auto const rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned max) {
  auto const bits = parse_number<unsigned>(text);
  return bits && *bits <= max ? bits : std::nullopt;
}

Failure failure(FailureKind kind, const std::string& host, const std::string& reason) {
  return {Step::resolve, kind, "resolve " + host + ": " + reason};
}

/// The addresses of the family that is preferred, or of the other if there are none and that is allowed.
std::vector<ip::address> of_family(std::vector<ip::address> found, const AddressOptions& options) {
  if (options.preferred == IpProtocol::any) return found;
  bool const want_ip4 = options.preferred == IpProtocol::ip4;
  auto const other = std::stable_partition(found.begin(), found.end(),
                                           [&](auto const& address) { return is_ip4(address) == want_ip4; });
  if (other != found.begin() || !options.fallback) found.erase(other, found.end());
  return found;
}

}  // namespace

Networks::Networks(const std::vector<std::string>& cidrs) {
  for (auto const& text : cidrs) {
    auto const slash = text.find('/');
    boost::system::error_code error;
    auto const address = ip::make_address(text.substr(0, slash), error);
    if (error)
      throw std::invalid_argument("`" + text + "` is not a network: expected 10.0.0.0/8 or 2001:db8::/32");
    unsigned const longest = address.is_v4() ? 32 : 128;
    auto const bits =
        slash == std::string::npos ? longest : parse_prefix(std::string_view(text).substr(slash + 1), longest);
    if (!bits)
      throw std::invalid_argument("`" + text + "` is not a network: its prefix must be 0 to " +
                                  std::to_string(longest));
    networks_.push_back({bytes_of(address), *bits + (address.is_v4() ? kMappedPrefix : 0)});
  }
}

bool Networks::contains(const ip::address& address) const {
  auto const bytes = bytes_of(address);
  // "::/0" is every IPv6 address, and no IPv4 one.
  unsigned const shortest = is_ip4(address) ? kMappedPrefix : 0;
  return std::ranges::any_of(networks_, [&](auto const& network) {
    return network.prefix >= shortest && same_prefix(network.bytes, bytes, network.prefix);
  });
}

awaitable<std::vector<ip::address>> addresses_of(std::string host, AddressOptions options, Deadline deadline) {
  std::vector<ip::tcp::endpoint> endpoints;
  try {
    // Timers only end waits: a lookup that needs none would still succeed.
    if (deadline.expired()) throw Timeout("look up");
    endpoints = co_await io::resolve(host, "0", deadline);
  } catch (const Timeout&) {
    throw failure(FailureKind::timeout, host, "timed out");
  } catch (const boost::system::system_error& error) {
    throw failure(kind_of(error.code(), Step::resolve), host, error.code().message());
  }
  std::vector<ip::address> found;
  for (auto const& endpoint : endpoints)
    if (std::ranges::find(found, endpoint.address()) == found.end()) found.push_back(endpoint.address());

  found = of_family(std::move(found), options);
  if (found.empty()) {
    auto const wanted = options.preferred == IpProtocol::ip4 ? "IPv4" : "IPv6";
    throw failure(FailureKind::name, host, std::string("no ") + wanted + " address");
  }
  auto const first = found.front();
  if (options.allowed)
    std::erase_if(found, [&](auto const& address) { return !options.allowed->contains(address); });
  if (found.empty())
    throw failure(FailureKind::forbidden, host, first.to_string() + " is outside of the allowed networks");
  if (!options.all) found.resize(1);
  co_return found;
}

std::uint32_t address_hash(const ip::address& address) {
  std::uint32_t hash = 2166136261u;
  auto const add = [&](std::span<const unsigned char> bytes) {
    for (auto const byte : bytes) hash = (hash ^ byte) * 16777619u;
  };
  if (address.is_v4())
    add(address.to_v4().to_bytes());
  else
    add(address.to_v6().to_bytes());
  return hash;
}

}  // namespace fleet::net
