// Names of DNS record types, classes and response codes (IANA "Domain Name System Parameters").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleet::probers::dns {

namespace type {
inline constexpr std::uint16_t A = 1, NS = 2, CNAME = 5, SOA = 6, PTR = 12, HINFO = 13, MX = 15, TXT = 16,
                               AAAA = 28, SRV = 33, NAPTR = 35, DNAME = 39, OPT = 41, DS = 43, SSHFP = 44,
                               TLSA = 52, CDS = 59, SPF = 99, ANY = 255, CAA = 257;
}

/// "A", "CNAME", or "TYPE65400" (RFC 3597 section 5); upper case. nullopt if there is no such type.
std::optional<std::uint16_t> type_of(std::string_view name);
/// The inverse.
std::string type_name(std::uint16_t number);
bool is_named_type(std::uint16_t number);

/// "IN", "CH", "HS", "CS", "NONE", "ANY", or "CLASS32".
std::optional<std::uint16_t> class_of(std::string_view name);
std::string class_name(std::uint16_t number);

/// "NOERROR", "NXDOMAIN", "SERVFAIL", ...
std::optional<std::uint16_t> rcode_of(std::string_view name);
/// "RCODE24" where there is no name.
std::string rcode_name(std::uint16_t number);

}  // namespace fleet::probers::dns
