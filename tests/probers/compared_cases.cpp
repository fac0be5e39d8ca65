#include "tests/probers/compared_cases.hpp"

#include <catch2/catch.hpp>

namespace fleet::testing {

namespace {

/// slo_prober's own names on every page: the result with its reason, the timeout (which newer releases of
/// blackbox_exporter have too), and phases where blackbox_exporter has none.
bool is_always_ours(const std::string& name) {
  return name == "probe_result_info{}" || name == "probe_timeout_seconds" ||
         name == "probe_tls_cipher_info{}" || name.starts_with("slo_");
}

/// What both must read alike, to the last digit.
const Names same_value{"probe_success",
                       "probe_ip_protocol",
                       "probe_ip_addr_hash",
                       "probe_failed_due_to_regex",
                       "probe_http_status_code",
                       "probe_http_content_length",
                       "probe_http_uncompressed_body_length",
                       "probe_http_redirects",
                       "probe_http_ssl",
                       "probe_http_version",
                       "probe_http_last_modified_timestamp_seconds",
                       "probe_ssl_earliest_cert_expiry",
                       "probe_ssl_last_chain_expiry_timestamp_seconds",
                       "probe_dns_answer_rrs",
                       "probe_dns_authority_rrs",
                       "probe_dns_additional_rrs",
                       "probe_dns_query_succeeded",
                       "probe_dns_serial",
                       "probe_grpc_status_code",
                       "probe_grpc_ssl",
                       "probe_icmp_reply_hop_limit"};

Names differences(const ProbedPage& theirs, const ProbedPage& ours) {
  Names found;
  for (auto const& [name, value] : theirs.samples) {
    auto const own = ours.samples.find(name);
    if (own == ours.samples.end()) found.insert("-" + name);
    if (own != ours.samples.end() && same_value.count(name) > 0 && own->second != value)
      found.insert("!" + name);
  }
  for (auto const& [name, value] : ours.samples)
    if (theirs.samples.count(name) == 0 && !is_always_ours(name)) found.insert("+" + name);
  return found;
}

void compare(const ComparedExporters& exporters, const Case& one) {
  INFO(one.module << " " << one.target << (one.because.empty() ? "" : ": " + one.because));
  auto const theirs = exporters.theirs(one.module, one.target);
  auto const ours = exporters.ours(one.module, one.target);
  REQUIRE(theirs.status == 200);
  REQUIRE(ours.status == 200);
  INFO("theirs:\n" << theirs.text << "\nours:\n" << ours.text);
  CHECK(theirs.samples.at("probe_success") == one.success);
  CHECK(differences(theirs, ours) == one.differences);
}

}  // namespace

void compare_all(const ComparedExporters& exporters, const std::vector<Case>& cases) {
  for (auto const& one : cases) compare(exporters, one);
}

std::string module(const std::string& name, const std::string& prober, const std::string& options) {
  return "  " + name + ":\n    prober: " + prober + "\n    timeout: 1s\n" +
         (options.empty() ? "" : "    " + prober + ": {preferred_ip_protocol: ip4, " + options + "}\n");
}

std::string url_of(const TlsServer& server) {
  return "https://127.0.0.1:" + std::to_string(server.port()) + "/";
}
std::string address_of(const TlsServer& server) { return "127.0.0.1:" + std::to_string(server.port()); }

}  // namespace fleet::testing
