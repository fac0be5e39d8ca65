// Options that the probes of connections share, read from a module's mapping.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "core/config/document.hpp"
#include "core/net/stream.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// The keys that read_dial() takes; a module lists them among its own.
inline constexpr std::array<std::string_view, 4> dial_keys{"preferred_ip_protocol", "ip_protocol_fallback",
                                                           "source_ip_address", "try_all_addresses"};

/// preferred_ip_protocol (ip4, ip6, any), ip_protocol_fallback, source_ip_address, try_all_addresses, with the
/// defaults and the allow-list of `context`.
net::DialOptions read_dial(const config::Mapping& module, const ReadContext& context);

/// tls_config: ca_file or ca, cert_file or cert, key_file or key, server_name, insecure_skip_verify,
/// min_version, max_version (TLS10 to TLS13). Checks that each file is there and is what it should be, by
/// loading it. The mapping's `key`.
net::TlsOptions read_tls(const config::Mapping& module, std::string_view key = "tls_config");

/// "host:port", "[v6]:port"; throws BadTarget.
struct HostPort {
  std::string host, port;
};
HostPort parse_host_port(std::string_view target);

/// Sets ip_protocol, ip_addr_hash, dns_lookup_time.
void add_address_facts(Facts& facts, const asio::ip::address& address, std::chrono::nanoseconds lookup);
/// Sets earliest_cert_expiry, last_chain_expiry, last_chain_info, tls_version_info; tls_cipher_info if asked.
void add_tls_facts(Facts& facts, const net::TlsFacts& tls, bool cipher);

}  // namespace fleet::probers
