#include "core/net/distinguished_name.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <utility>
#include <vector>

namespace {

std::string printed(const std::vector<std::pair<const char*, std::string>>& attributes) {
  std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)> const name(X509_NAME_new(), X509_NAME_free);
  for (auto const& [field, value] : attributes) {
    auto const* const bytes = reinterpret_cast<const unsigned char*>(value.data());
    auto const length = static_cast<int>(value.size());
    REQUIRE(X509_NAME_add_entry_by_txt(name.get(), field, MBSTRING_UTF8, bytes, length, -1, 0) == 1);
  }
  return fleet::net::distinguished_name(name.get());
}

}  // namespace

TEST_CASE("names are printed as blackbox_exporter 0.23 prints them") {
  CHECK(printed({{"C", "AU"}, {"O", "Example"}, {"CN", "example.com"}}) == "CN=example.com,O=Example,C=AU");
  // Seen on a certificate with this very name.
  CHECK(printed({{"C", "AU"},
                 {"C", "NZ"},
                 {"ST", "VIC"},
                 {"L", "Melb"},
                 {"street", "1 High St"},
                 {"postalCode", "3000"},
                 {"O", "Exa, Inc"},
                 {"OU", "A"},
                 {"OU", "B"},
                 {"serialNumber", "sn1"},
                 {"CN", "first"},
                 {"CN", "#local <host> "},
                 {"emailAddress", "a@b.test"},
                 {"DC", "dc*1"},
                 {"title", "Dr"}}) ==
        "SERIALNUMBER=sn1,CN=\\#local \\<host\\>\\ ,OU=A+OU=B,O=Exa\\, Inc,POSTALCODE=3000,STREET=1 High "
        "St,L=Melb,ST=VIC,"
        "C=AU+C=NZ,2.5.4.12=#13024472,0.9.2342.19200300.100.1.25=#0c0464632a31,1.2.840.113549.1.9.1=#"
        "0c086140622e74657374");
  CHECK(printed({}).empty());
}

TEST_CASE("long values of attributes without a name keep the length of DER") {
  auto const text = printed({{"emailAddress", std::string(120, 'a') + "@" + std::string(7, 'b')}});
  CHECK(text.starts_with("1.2.840.113549.1.9.1=#0c8180"));
  CHECK(text.size() == std::string_view("1.2.840.113549.1.9.1=#0c8180").size() + 2 * 128);
}
