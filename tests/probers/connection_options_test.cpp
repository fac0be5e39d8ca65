#include "probers/connection_options.hpp"

#include <openssl/pem.h>

#include <catch2/catch.hpp>

#include "tests/core/http/certificates.hpp"

using namespace fleet;
using namespace fleet::probers;
using testing::PemFile;

namespace {

config::Mapping mapping(const std::string& yaml) {
  static constexpr auto keys =
      std::to_array<std::string_view>({"tls_config", dial_keys[0], dial_keys[1], dial_keys[2], dial_keys[3]});
  return config::Document::parse(yaml, "probe.yml").root().mapping(keys);
}

net::DialOptions dial_of(const std::string& yaml, bool blackbox) {
  ReadContext context;
  context.blackbox_defaults = blackbox;
  return read_dial(mapping(yaml), context);
}

net::TlsOptions tls_of(const std::string& yaml) { return read_tls(mapping("tls_config:\n" + yaml)); }

testing::Identity identity() {
  testing::CertificateWish wish;
  wish.common_name = "someone";
  return testing::make_identity(wish);
}

}  // namespace

TEST_CASE("options of dialling have blackbox_exporter's defaults in modules only") {
  auto const module = dial_of("{}", true);
  CHECK(module.address.preferred == net::IpProtocol::ip6);
  CHECK(module.address.fallback);
  CHECK_FALSE(module.address.all);
  auto const own = dial_of("{}", false);
  CHECK(own.address.preferred == net::IpProtocol::any);
  CHECK(own.address.all);
  auto const given = dial_of(
      "{preferred_ip_protocol: ip4, ip_protocol_fallback: false, try_all_addresses: true,"
      " source_ip_address: 127.0.0.2}",
      true);
  CHECK(given.address.preferred == net::IpProtocol::ip4);
  CHECK_FALSE(given.address.fallback);
  CHECK(given.address.all);
  CHECK(given.source == asio::ip::make_address("127.0.0.2"));
}

TEST_CASE("options of dialling that cannot be") {
  CHECK_THROWS_WITH(dial_of("preferred_ip_protocol: ipv4", true),
                    "probe.yml:1:24: expected one of `ip4`, `ip6`, `any`, got `ipv4`");
  CHECK_THROWS_WITH(dial_of("source_ip_address: eth0", true),
                    "probe.yml:1:20: expected an IP address, got `eth0`");
}

TEST_CASE("options of TLS are loaded when they are read") {
  auto const someone = identity();
  PemFile const certificate(someone.pem());
  PemFile const key(someone.key_pem());
  auto const options = tls_of("  ca_file: " + certificate.path() + "\n  cert_file: " + certificate.path() +
                              "\n  key_file: " + key.path() +
                              "\n  server_name: a.test\n  min_version: TLS12\n  max_version: TLS13\n");
  CHECK(options.ca_file == certificate.path());
  CHECK(options.server_name == "a.test");
  CHECK(options.min_version == TLS1_2_VERSION);
  CHECK(options.max_version == TLS1_3_VERSION);
  CHECK_FALSE(options.insecure_skip_verify);
  CHECK(read_tls(mapping("{}")).min_version == TLS1_2_VERSION);
  CHECK(tls_of("  max_version: TLS11\n").min_version == TLS1_1_VERSION);
}

TEST_CASE("options of TLS that cannot be") {
  auto const someone = identity();
  PemFile const certificate(someone.pem());
  PemFile const other_key(identity().key_pem());
  auto const cert = "  cert_file: " + certificate.path() + "\n";
  CHECK_THROWS_WITH(tls_of("  min_version: TLS14\n"),
                    "probe.yml:2:16: expected one of `TLS10`, `TLS11`, `TLS12`, `TLS13`, got `TLS14`");
  CHECK_THROWS_WITH(tls_of("  min_version: TLS13\n  max_version: TLS12\n"),
                    "probe.yml:3:16: expected a version not below `min_version`");
  CHECK_THROWS_WITH(
      tls_of("  ca_file: /nonexistent.pem\n"),
      "probe.yml:2:12: cannot read CA certificates from /nonexistent.pem: No such file or directory");
  CHECK_THROWS_WITH(
      tls_of("  ca_file: " + other_key.path() + "\n"),
      "probe.yml:2:12: cannot read CA certificates from " + other_key.path() + ": not in PEM format");
  CHECK_THROWS_WITH(tls_of("  ca: nonsense\n"),
                    Catch::StartsWith("probe.yml:2:7: cannot read CA certificates from the inline"));
  CHECK_THROWS_WITH(tls_of("  ca: x\n  ca_file: /nonexistent.pem\n"),
                    "probe.yml:2:7: expected either `ca` or `ca_file`");
  CHECK_THROWS_WITH(tls_of(cert), "probe.yml:2:14: expected `key` or `key_file` beside the certificate");
  CHECK_THROWS_WITH(tls_of("  key_file: /k.pem\n"),
                    "probe.yml:2:13: expected `cert` or `cert_file` beside the key");
  CHECK_THROWS_WITH(
      tls_of(cert + "  key_file: " + other_key.path() + "\n"),
      Catch::StartsWith("probe.yml:2:14: the client key from " + other_key.path() + " is not that of"));
  CHECK_THROWS_WITH(tls_of("  ca_fiel: x\n"), Catch::Contains("did you mean `ca_file`?"));
}

TEST_CASE("targets of connections") {
  auto const check = [](const char* target, const char* host, const char* port) {
    auto const parsed = parse_host_port(target);
    CHECK(parsed.host == host);
    CHECK(parsed.port == port);
  };
  check("db.example:5432", "db.example", "5432");
  check("10.0.0.1:65535", "10.0.0.1", "65535");
  check("[2001:db8::1]:443", "2001:db8::1", "443");
  check("mail.example:smtp", "mail.example", "smtp");
  for (auto const* const target :
       {"", "db.example", ":80", "db.example:", "db.example:0", "db.example:65536", "db.example:-1",
        "db.example:8 0", "2001:db8::1:443", "[::1]", "[db.example]:80", "[::1:80", "tcp://db.example:80",
        "db.example:80/x", "a\nb:80"}) {
    CAPTURE(target);
    CHECK_THROWS_AS(parse_host_port(target), BadTarget);
  }
  CHECK_THROWS_WITH(parse_host_port("tcp://db.example:80"), Catch::EndsWith(", without a scheme"));
}
