// From a name to the address that is tried: family preference, allowed networks.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/net/failure.hpp"

namespace fleet::net {

enum class IpProtocol : std::uint8_t { any, ip4, ip6 };

/// A list of networks in CIDR notation: "10.0.0.0/8", "2001:db8::/32", a plain address. Immutable.
class Networks {
 public:
  /// Throws std::invalid_argument naming the entry that is no network.
  explicit Networks(const std::vector<std::string>& cidrs);
  /// An IPv4-mapped IPv6 address is judged as the IPv4 address that it reaches.
  bool contains(const asio::ip::address& address) const;

 private:
  struct Network {
    asio::ip::address_v6::bytes_type bytes;
    unsigned prefix;
  };
  std::vector<Network> networks_;
};

/// Which of a name's addresses are used. `any`: all of them in the resolver's order. ip4 or ip6: those of that
/// family, or of the other one if there are none and `fallback`. Unless `all`, only the first is tried
/// (blackbox_exporter's way).
struct AddressOptions {
  IpProtocol preferred = IpProtocol::any;
  bool fallback = true;
  bool all = true;
  std::shared_ptr<const Networks> allowed;  ///< null: every address
};

/// Addresses to try, in order; never empty. `host` is a name or a literal without brackets. The allow-list is
/// applied to what the name resolved to, and the caller connects to the very addresses returned, so a name that
/// changes between check and use (DNS rebinding) gains nothing. Throws Failure at Step::resolve: name,
/// forbidden, timeout.
awaitable<std::vector<asio::ip::address>> addresses_of(std::string host, AddressOptions options,
                                                       Deadline deadline);

/// 32-bit FNV-1a of the address' bytes: blackbox_exporter's probe_ip_addr_hash.
std::uint32_t address_hash(const asio::ip::address& address);

}  // namespace fleet::net
