// Options and targets of the dns probe.
#include "probers/dns/dns_module.hpp"

#include <catch2/catch.hpp>

#include "tests/message_of.hpp"

using namespace fleet;
using namespace fleet::probers;

namespace {

std::shared_ptr<const Module> read(const std::string& options) {
  auto const whole = config::Document::parse(options.empty() ? "{}" : options, "f").root();
  return read_dns(options.empty() ? std::nullopt : std::optional(whole), whole, {});
}

std::string error_of(const std::string& options) {
  return testing::message_of([&] { read(options); });
}

}  // namespace

TEST_CASE("a module of blackbox_exporter's example is read") {
  auto const module = read(R"(query_name: "www.prometheus.io"
query_type: "A"
query_class: "IN"
transport_protocol: "tcp"
preferred_ip_protocol: "ip4"
recursion_desired: false
valid_rcodes:
- NOERROR
validate_answer_rrs:
  fail_if_matches_regexp:
  - ".*127.0.0.1"
  fail_if_all_match_regexp:
  - ".*127.0.0.1"
  fail_if_not_matches_regexp:
  - "www.prometheus.io.\t300\tIN\tA\t127.0.0.1"
  fail_if_none_matches_regexp:
  - "127.0.0.1"
validate_authority_rrs:
  fail_if_matches_regexp: []
validate_additional_rrs:
)");
  for (auto const* target : {"8.8.8.8", "8.8.8.8:5353", "dns.example", "::1", "[::1]", "[2001:db8::1]:53"}) {
    INFO(target);
    CHECK(module->probe({target, ""}));
  }
  for (auto const* target :
       {"", "8.8.8.8:", "8.8.8.8:0", "8.8.8.8:70000", "a:domain", "http://dns.example", "dns/x"}) {
    INFO(target);
    CHECK_THROWS_AS(module->probe({target, ""}), BadTarget);
  }
}

TEST_CASE("each mistake is found where it is") {
  CHECK(error_of("") == "f:1:1: missing key `dns` with the query_name to ask for");
  CHECK(error_of("query_type: A") == "f:1:1: missing key `query_name`");
  CHECK(error_of("query_name: a..b") == "f:1:13: expected a domain name: the name has an empty label");
  CHECK(error_of("query_name: b\xC3\xBC"
                 "cher.example") ==
        "f:1:13: expected a domain name: a name beyond ASCII must be written in its xn-- form");
  CHECK(error_of("query_name: a\nquery_type: BOGUS") ==
        "f:2:13: expected a DNS record type (A, AAAA, MX, TYPE65400), got `BOGUS`");
  CHECK(error_of("query_name: a\nquery_class: XX") ==
        "f:2:14: expected a DNS class (IN, CH, HS, ANY, CLASS32), got `XX`");
  CHECK(error_of("query_name: a\nvalid_rcodes: [NOERROR, NXDOMIAN]") ==
        "f:2:25: expected a DNS response code (NOERROR, NXDOMAIN, SERVFAIL), got `NXDOMIAN`");
  CHECK(error_of("query_name: a\ntransport_protocol: sctp").starts_with("f:2:21: expected"));
  CHECK(error_of("query_name: a\ndns_over_tls: true\ntransport_protocol: udp") ==
        "f:3:21: expected `tcp`: dns_over_tls has no other transport");
  CHECK(
      error_of("query_name: a\nvalidate_answer_rrs:\n  fail_if_matches_regexp: ['[']").starts_with("f:3:28: "));
  CHECK(error_of("query_name: a\nvalidate_answer_rrs:\n  fail_if_match_regexp: []").starts_with("f:3:3: "));
}

TEST_CASE("dns_over_tls is enough to say") {
  auto const module = read("query_name: a\ndns_over_tls: true");
  CHECK(module->probe({"dns.example", ""}));
}
