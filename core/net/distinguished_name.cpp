#include "core/net/distinguished_name.hpp"

#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet::net {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 9> kNamed{{{NID_serialNumber, "SERIALNUMBER"},
                                                                  {NID_commonName, "CN"},
                                                                  {NID_organizationalUnitName, "OU"},
                                                                  {NID_organizationName, "O"},
                                                                  {NID_postalCode, "POSTALCODE"},
                                                                  {NID_streetAddress, "STREET"},
                                                                  {NID_localityName, "L"},
                                                                  {NID_stateOrProvinceName, "ST"},
                                                                  {NID_countryName, "C"}}};

std::string utf8(const ASN1_STRING* value) {
  unsigned char* text = nullptr;
  int const length = ASN1_STRING_to_UTF8(&text, value);
  if (length < 0) return {};
  std::string copy(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
  OPENSSL_free(text);
  return copy;
}

/// RFC 2253, section 2.4.
std::string escaped(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    char const c = value[i];
    bool const edge = i == 0 || i + 1 == value.size();
    if (std::string_view(",+\"\\<>;").find(c) != std::string_view::npos || (c == ' ' && edge) ||
        (c == '#' && i == 0))
      text += '\\';
    text += c;
  }
  return text;
}

bool is_printable_string(std::string_view value) {
  return std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
  });
}

void append_hex(std::string& text, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  text += kDigits[byte >> 4];
  text += kDigits[byte & 15];
}

/// "1.2.840.113549.1.9.1=#0c03612e62": an attribute without a short name, its value as DER.
std::string unnamed(const ASN1_OBJECT* object, const std::string& value) {
  char id[128];
  OBJ_obj2txt(id, sizeof id, object, 1);
  std::string text = std::string(id) + "=#";
  append_hex(text, is_printable_string(value) ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING);
  auto const length = value.size();
  if (length >= 256) {
    append_hex(text, 0x82);
    append_hex(text, static_cast<unsigned char>(length >> 8));
  } else if (length >= 128) {
    append_hex(text, 0x81);
  }
  append_hex(text, static_cast<unsigned char>(length));
  for (char const c : value) append_hex(text, static_cast<unsigned char>(c));
  return text;
}

}  // namespace

std::string distinguished_name(const X509_NAME* name) {
  std::array<std::string, kNamed.size()> named;
  std::vector<std::string> others;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    auto const* const entry = X509_NAME_get_entry(name, i);
    auto const value = utf8(X509_NAME_ENTRY_get_data(entry));
    auto const* const object = X509_NAME_ENTRY_get_object(entry);
    int const id = OBJ_obj2nid(object);
    auto const* const known = std::ranges::find(kNamed, id, &std::pair<int, std::string_view>::first);
    if (known == kNamed.end()) {
      others.push_back(unnamed(object, value));
      continue;
    }
    auto& text = named[static_cast<std::size_t>(known - kNamed.begin())];
    // Of these two a name has one; the last counts.
    bool const single = id == NID_commonName || id == NID_serialNumber;
    auto const part = std::string(known->second) + "=" + escaped(value);
    text = text.empty() || single ? part : text + "+" + part;
  }
  std::string all;
  auto const add = [&](const std::string& text) {
    if (!text.empty()) all += (all.empty() ? "" : ",") + text;
  };
  std::ranges::for_each(named, add);
  std::for_each(others.rbegin(), others.rend(), add);
  return all;
}

}  // namespace fleet::net
