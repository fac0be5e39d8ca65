// Which requests go through which proxy.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/client.hpp"
#include "core/net/addresses.hpp"

namespace fleet::config {
class Mapping;
class Value;
}  // namespace fleet::config

namespace fleet::probers {

/// Keys of a module that read_proxy_choice() takes; proxy_connect_headers is an alias.
inline constexpr std::array<std::string_view, 5> proxy_keys{"proxy_url", "no_proxy", "proxy_from_environment",
                                                            "proxy_connect_header", "proxy_connect_headers"};

/// What reaches its targets without a proxy, in the notation of the environment variable NO_PROXY:
/// comma-separated "*", addresses, networks (CIDR), "example.org" (and all below it), ".example.org" (only what
/// is below), each with or without ":port".
class NoProxy {
 public:
  /// Throws std::invalid_argument naming the entry that is none.
  explicit NoProxy(std::string_view list);
  bool covers(const http::Url& url) const;

 private:
  struct Entry {
    std::string name;  ///< lower case, without the leading dot; empty for a network
    bool only_below = false;
    std::shared_ptr<const net::Networks> network;
    std::string port;  ///< empty: every port
  };
  bool all_ = false;
  std::vector<Entry> entries_;
};

/// As Go's httpproxy, which blackbox_exporter uses: with `no_proxy` or proxies of the environment, loopback is
/// always reached directly. The host that counts is the one in the URL, not what it resolves to.
struct ProxyChoice {
  std::optional<http::Proxy> http, https;
  std::optional<NoProxy> no_proxy;

  bool any() const { return http || https; }
  /// Null: directly.
  const http::Proxy* for_url(const http::Url& url) const;
};

/// proxy_url, no_proxy, proxy_from_environment, proxy_connect_header.
ProxyChoice read_proxy_choice(const config::Mapping& module);
/// "http://[user[:password]@]host[:port]", also https.
http::Proxy read_proxy_url(const config::Value& value);
/// nullopt if it is none. In variables of the environment the scheme may be missing.
std::optional<http::Proxy> parse_proxy_url(std::string text);

}  // namespace fleet::probers
