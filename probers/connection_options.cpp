#include "probers/connection_options.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string>
#include <utility>

#include "core/io/parse_number.hpp"

namespace fleet::probers {
namespace {

constexpr std::array<std::string_view, 10> kTlsKeys{
    "ca_file", "ca",          "cert_file",   "cert",        "key_file",
    "key",     "server_name", "min_version", "max_version", "insecure_skip_verify"};

net::IpProtocol read_protocol(const config::Value& value) {
  auto const word = value.one_of({"ip4", "ip6", "any"});
  if (word == "ip4") return net::IpProtocol::ip4;
  return word == "ip6" ? net::IpProtocol::ip6 : net::IpProtocol::any;
}

net::TlsVersion read_version(const config::Value& value) {
  auto const word = value.one_of({"TLS10", "TLS11", "TLS12", "TLS13"});
  return TLS1_VERSION + (word.back() - '0');  // consecutive numbers
}

/// A file or the same inline. What was given is stored where it belongs, and returned for errors about it.
std::optional<config::Value> read_pem(const config::Mapping& tls, std::string_view inline_key,
                                      std::string& file, std::string& text) {
  auto const from_file = tls.optional(std::string(inline_key) + "_file");
  auto const from_text = tls.optional(inline_key);
  if (from_file && from_text)
    from_text->fail("expected either `" + std::string(inline_key) + "` or `" + std::string(inline_key) +
                    "_file`");
  if (from_file) file = from_file->path();
  if (from_text) text = from_text->non_empty_text();
  return from_file ? from_file : from_text;
}

/// Loads what the options name; what cannot be used is an error at `place`.
void try_options(const net::TlsOptions& options, const config::Value& place) {
  try {
    net::TlsContext const context(options);
  } catch (const std::exception& error) {
    place.fail(error.what());
  }
}

/// A number, or a name as RFC 6335 has it for a service: with a letter.
bool is_port(std::string_view text) {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto const digit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::ranges::any_of(text, letter))
    return std::ranges::all_of(text, [&](char c) { return letter(c) || digit(c) || c == '-'; });
  return text.size() <= 5 && parse_number<std::uint16_t>(text).value_or(0) > 0;
}

double unix_time(std::chrono::sys_seconds time) { return static_cast<double>(time.time_since_epoch().count()); }

}  // namespace

net::DialOptions read_dial(const config::Mapping& module, const ReadContext& context) {
  net::DialOptions dial;
  dial.address.preferred = context.blackbox_defaults ? net::IpProtocol::ip6 : net::IpProtocol::any;
  if (auto const value = module.optional("preferred_ip_protocol"))
    dial.address.preferred = read_protocol(*value);
  dial.address.fallback = module.boolean_or("ip_protocol_fallback", true);
  dial.address.all = module.boolean_or("try_all_addresses", !context.blackbox_defaults);
  dial.address.allowed = context.allowed;
  if (auto const value = module.optional("source_ip_address")) {
    boost::system::error_code error;
    dial.source = asio::ip::make_address(value->text(), error);
    if (error) value->fail("expected an IP address, got `" + value->text() + "`");
  }
  return dial;
}

net::TlsOptions read_tls(const config::Mapping& module, std::string_view key) {
  net::TlsOptions options;
  auto const given = module.optional(key);
  if (!given || given->is_null()) return options;
  auto const tls = given->mapping(kTlsKeys);
  options.server_name = tls.text_or("server_name", "");
  options.insecure_skip_verify = tls.boolean_or("insecure_skip_verify", false);
  if (auto const value = tls.optional("min_version")) options.min_version = read_version(*value);
  if (auto const value = tls.optional("max_version")) {
    options.max_version = read_version(*value);
    if (!tls.optional("min_version")) options.min_version = std::min(options.min_version, options.max_version);
    if (options.max_version < options.min_version) value->fail("expected a version not below `min_version`");
  }

  // Each on its own, so that the error stands where the mistake is.
  net::TlsOptions trial;
  trial.insecure_skip_verify = true;
  if (auto const authorities = read_pem(tls, "ca", options.ca_file, options.ca)) {
    trial.ca_file = options.ca_file;
    trial.ca = options.ca;
    try_options(trial, *authorities);
  }
  auto const certificate = read_pem(tls, "cert", options.cert_file, options.cert);
  std::string key_text;
  auto const private_key = read_pem(tls, "key", options.key_file, key_text);
  options.key = config::Secret(std::move(key_text));
  if (certificate && !private_key) certificate->fail("expected `key` or `key_file` beside the certificate");
  if (private_key && !certificate) private_key->fail("expected `cert` or `cert_file` beside the key");
  if (certificate) {
    trial = options;
    trial.insecure_skip_verify = true;
    trial.ca_file.clear();
    trial.ca.clear();
    try_options(trial, *certificate);
  }
  return options;
}

HostPort parse_host_port(std::string_view target) {
  auto const refuse = [&](const std::string& why) {
    throw BadTarget("expected host:port such as db.example:5432 or [2001:db8::1]:443" + why);
  };
  if (target.find("://") != target.npos) refuse(", without a scheme");
  if (target.find_first_of(std::string_view(" \t\r\n\0/", 6)) != target.npos) refuse("");
  auto const colon = target.rfind(':');
  if (colon == target.npos) refuse(", the port is missing");
  HostPort parsed{std::string(target.substr(0, colon)), std::string(target.substr(colon + 1))};
  if (parsed.host.starts_with('[') && parsed.host.ends_with(']')) {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
    boost::system::error_code error;
    asio::ip::make_address_v6(parsed.host, error);
    if (error) refuse(", brackets are for IPv6 addresses");
  } else if (parsed.host.find(':') != std::string::npos) {
    refuse(", an IPv6 address in brackets");
  } else if (parsed.host.find_first_of("[]") != std::string::npos) {
    refuse("");
  }
  if (parsed.host.empty()) refuse(", the host is missing");
  if (!is_port(parsed.port)) refuse(", a port from 1 to 65535");
  return parsed;
}

void add_address_facts(Facts& facts, const asio::ip::address& address, std::chrono::nanoseconds lookup) {
  facts.set(facts::ip_protocol, address.is_v4() ? 4 : 6);
  facts.set(facts::ip_addr_hash, net::address_hash(address));
  facts.set(facts::dns_lookup_time, std::chrono::duration<double>(lookup).count());
}

void add_tls_facts(Facts& facts, const net::TlsFacts& tls, bool cipher) {
  // The year 1, as blackbox_exporter has it where there is no such certificate.
  constexpr double kNever = -62135596800.0;
  facts.set(facts::earliest_cert_expiry, tls.earliest_expiry ? unix_time(*tls.earliest_expiry) : kNever);
  facts.set(facts::last_chain_expiry, tls.last_chain_expiry ? unix_time(*tls.last_chain_expiry) : kNever);
  facts.set(facts::last_chain_info,
            {{"fingerprint_sha256", tls.fingerprint_sha256},
             {"issuer", tls.issuer},
             {"serialnumber", tls.serial_number},
             {"subject", tls.subject},
             {"subjectalternative", tls.subject_alternative}},
            1);
  facts.set(facts::tls_version_info, {{"version", tls.version}}, 1);
  if (cipher) facts.set(facts::tls_cipher_info, {{"cipher", tls.cipher}}, 1);
}

}  // namespace fleet::probers
