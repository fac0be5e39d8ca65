#include "probers/dns/dns_record.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <stdexcept>

#include "probers/dns/dns_numbers.hpp"
#include "probers/dns/domain_name.hpp"
#include "probers/dns/wire_reader.hpp"

namespace fleet::probers::dns {

namespace {

std::string hex(std::string_view bytes, const char* digits) {
  std::string text;
  for (char const c : bytes) {
    auto const octet = static_cast<unsigned char>(c);
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

std::string quoted(std::string_view bytes) {
  std::string text = "\"";
  append_escaped(text, bytes, "\"\\");
  return text + '"';
}

template <class Address>
std::string address_text(WireReader& data) {
  typename Address::bytes_type bytes;
  for (auto& byte : bytes) byte = data.u8();
  return Address(bytes).to_string();
}

std::string strings_text(WireReader& data) {
  std::string text;
  while (data.left() != 0) {
    if (!text.empty()) text += ' ';
    text += quoted(data.character_string());
  }
  return text;
}

std::string soa_text(WireReader& data) {
  std::string text = data.name();
  text += ' ' + data.name();
  for (int field = 0; field < 5; ++field) text += ' ' + std::to_string(data.u32());
  return text;
}

std::string naptr_text(WireReader& data) {
  std::string text = std::to_string(data.u16());
  text += ' ' + std::to_string(data.u16());
  for (int field = 0; field < 3; ++field) text += ' ' + quoted(data.character_string());
  return text + ' ' + data.name();
}

/// Key tag, algorithm and digest type of DS; usage, selector and matching type of TLSA; algorithm and type of
/// SSHFP.
std::string digest_text(WireReader& data, bool key_tag, int octets, const char* digits) {
  std::string text;
  if (key_tag) text = std::to_string(data.u16()) + ' ';
  for (int field = 0; field < octets; ++field) text += std::to_string(data.u8()) + ' ';
  return text + hex(data.rest(), digits);
}

constexpr const char *lower_digits = "0123456789abcdef", *upper_digits = "0123456789ABCDEF";

/// nullopt: a type whose data is not known here.
std::optional<std::string> known_text(std::uint16_t type, WireReader& data) {
  switch (type) {
    case type::A:
      return address_text<boost::asio::ip::address_v4>(data);
    case type::AAAA:
      return address_text<boost::asio::ip::address_v6>(data);
    case type::CNAME:
    case type::NS:
    case type::PTR:
    case type::DNAME:
      return data.name();
    case type::MX: {
      auto const preference = std::to_string(data.u16());
      return preference + ' ' + data.name();
    }
    case type::TXT:
    case type::SPF:
      return strings_text(data);
    case type::HINFO: {
      auto const cpu = quoted(data.character_string());
      return cpu + ' ' + quoted(data.character_string());
    }
    case type::SOA:
      return soa_text(data);
    case type::SRV: {
      std::string text;
      for (int field = 0; field < 3; ++field) text += std::to_string(data.u16()) + ' ';
      return text + data.name();
    }
    case type::CAA: {
      auto const flags = std::to_string(data.u8());
      auto const tag = std::string(data.character_string());
      return flags + ' ' + tag + ' ' + quoted(data.rest());
    }
    case type::NAPTR:
      return naptr_text(data);
    case type::DS:
    case type::CDS:
      return digest_text(data, true, 2, upper_digits);
    case type::TLSA:
      return digest_text(data, false, 3, lower_digits);
    case type::SSHFP:
      return digest_text(data, false, 2, upper_digits);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string render_data(std::uint16_t type, std::string_view message, std::size_t offset, std::size_t length) {
  if (length == 0) return "";
  WireReader data(message, offset, length);
  if (auto text = known_text(type, data)) {
    if (data.left() != 0) throw std::out_of_range("the data of a " + type_name(type) + " record is too long");
    return std::move(*text);
  }
  return "\\# " + std::to_string(length) + ' ' + hex(data.rest(), lower_digits);
}

std::string Record::text() const {
  bool const named = is_named_type(type);
  return owner + '\t' + std::to_string(ttl) + '\t' +
         (named ? class_name(record_class) : "CLASS" + std::to_string(record_class)) + '\t' + type_name(type) +
         '\t' + data;
}

}  // namespace fleet::probers::dns
