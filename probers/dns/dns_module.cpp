#include "probers/dns/dns_module.hpp"

#include <algorithm>
#include <array>

#include "core/io/parse_number.hpp"
#include "core/net/tls.hpp"
#include "probers/connection_options.hpp"
#include "probers/dns/dns_numbers.hpp"
#include "probers/dns/dns_probe.hpp"
#include "probers/dns/domain_name.hpp"

namespace fleet::probers {

namespace {

class DnsModule : public Module {
 public:
  explicit DnsModule(DnsOptions options)
      : options_(std::make_shared<const DnsOptions>(std::move(options))),
        tls_(options_->transport == DnsOptions::Transport::tls
                 ? std::make_shared<net::TlsContext>(options_->tls)
                 : nullptr) {}

  std::shared_ptr<Probe> probe(const TargetSpec& target) const override {
    std::string const default_port = tls_ ? "853" : "53";
    auto host = target.address, port = default_port;
    auto const colons = std::ranges::count(host, ':');
    if (host.starts_with('[') && host.ends_with(']')) {
      host = host.substr(1, host.size() - 2);
    } else if (colons == 1 || host.starts_with('[')) {
      auto parsed = parse_host_port(target.address);
      host = std::move(parsed.host);
      port = std::move(parsed.port);
    }
    auto const number = parse_number<std::uint16_t>(port).value_or(0);
    if (number == 0) throw BadTarget("expected a port from 1 to 65535");
    if (host.empty() || host.find_first_of("/ ") != std::string::npos) {
      throw BadTarget("expected a DNS server: \"host\" or \"host:port\"");
    }
    return std::make_shared<DnsProbe>(host, number, target.hostname, options_, tls_);
  }

 private:
  std::shared_ptr<const DnsOptions> options_;
  std::shared_ptr<const net::TlsContext> tls_;
};

dns::RecordValidator::Expressions read_expressions(const config::Mapping& validator, std::string_view key) {
  dns::RecordValidator::Expressions expressions;
  if (auto const value = validator.optional(key)) {
    for (auto const& entry : value->list_or_empty()) expressions.push_back(entry.regex());
  }
  return expressions;
}

dns::RecordValidator read_validator(const config::Mapping& module, std::string_view key) {
  dns::RecordValidator read;
  auto const value = module.optional(key);
  if (!value || value->is_null()) return read;
  auto const validator = value->mapping({"fail_if_matches_regexp", "fail_if_all_match_regexp",
                                         "fail_if_not_matches_regexp", "fail_if_none_matches_regexp"});
  read.fail_if_matches = read_expressions(validator, "fail_if_matches_regexp");
  read.fail_if_all_match = read_expressions(validator, "fail_if_all_match_regexp");
  read.fail_if_not_matches = read_expressions(validator, "fail_if_not_matches_regexp");
  read.fail_if_none_matches = read_expressions(validator, "fail_if_none_matches_regexp");
  return read;
}

dns::Question read_question(const config::Mapping& module) {
  dns::Question question;
  auto const name = module.required("query_name");
  try {
    question.name = dns::wire_name(name.non_empty_text());
  } catch (const std::invalid_argument& error) {
    name.fail(std::string("expected a domain name: ") + error.what());
  }
  // An empty text stands for the default, as in blackbox_exporter.
  if (auto const value = module.optional("query_type"); value && !value->text().empty()) {
    auto const type = dns::type_of(value->text());
    if (!type) value->fail("expected a DNS record type (A, AAAA, MX, TYPE65400), got `" + value->text() + "`");
    question.type = *type;
  }
  if (auto const value = module.optional("query_class"); value && !value->text().empty()) {
    auto const query_class = dns::class_of(value->text());
    if (!query_class)
      value->fail("expected a DNS class (IN, CH, HS, ANY, CLASS32), got `" + value->text() + "`");
    question.question_class = *query_class;
  }
  return question;
}

std::vector<std::uint16_t> read_rcodes(const config::Mapping& module) {
  auto const value = module.optional("valid_rcodes");
  auto const entries = value ? value->list_or_empty() : std::vector<config::Value>();
  if (entries.empty()) return {0};
  std::vector<std::uint16_t> rcodes;
  for (auto const& entry : entries) {
    auto const rcode = dns::rcode_of(entry.text());
    if (!rcode)
      entry.fail("expected a DNS response code (NOERROR, NXDOMAIN, SERVFAIL), got `" + entry.text() + "`");
    rcodes.push_back(*rcode);
  }
  return rcodes;
}

DnsOptions::Transport read_transport(const config::Mapping& module) {
  using Transport = DnsOptions::Transport;
  bool const tls = module.boolean_or("dns_over_tls", false);
  auto const value = module.optional("transport_protocol");
  if (!value || value->text().empty()) return tls ? Transport::tls : Transport::udp;
  bool const tcp = value->one_of({"udp", "tcp"}) == "tcp";
  if (tls && !tcp) value->fail("expected `tcp`: dns_over_tls has no other transport");
  if (tls) return Transport::tls;
  return tcp ? Transport::tcp : Transport::udp;
}

}  // namespace

std::shared_ptr<const Module> read_dns(const std::optional<config::Value>& options, const config::Value& whole,
                                       const ReadContext& context) {
  static constexpr auto keys = std::to_array<std::string_view>(
      {"transport_protocol", "dns_over_tls", "tls_config", "query_name", "query_type", "query_class",
       "recursion_desired", "valid_rcodes", "validate_answer_rrs", "validate_authority_rrs",
       "validate_additional_rrs", dial_keys[0], dial_keys[1], dial_keys[2], dial_keys[3]});
  if (!options || options->is_null()) whole.fail("missing key `dns` with the query_name to ask for");
  auto const module = options->mapping(keys);
  DnsOptions read;
  read.transport = read_transport(module);
  read.question = read_question(module);
  read.recursion_desired = module.boolean_or("recursion_desired", true);
  read.valid_rcodes = read_rcodes(module);
  read.answer = read_validator(module, "validate_answer_rrs");
  read.authority = read_validator(module, "validate_authority_rrs");
  read.additional = read_validator(module, "validate_additional_rrs");
  read.dial = read_dial(module, context);
  read.tls = read_tls(module);
  return std::make_shared<DnsModule>(std::move(read));
}

}  // namespace fleet::probers
