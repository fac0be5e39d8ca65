#include "probers/dns/dns_probe.hpp"

#include <algorithm>

#include "core/net/addresses.hpp"
#include "probers/connection_options.hpp"
#include "probers/dns/dns_exchange.hpp"
#include "probers/dns/dns_numbers.hpp"
#include "probers/dns/domain_name.hpp"

namespace fleet::probers {

namespace {

using Clock = Deadline::Clock;

/// What the answer looks like, for people: codes and counts, the records themselves are content.
std::string shown(const dns::Message& message, std::size_t size) {
  return dns::rcode_name(message.rcode) + ", " + std::to_string(size) + " octets, records " +
         std::to_string(message.answers.size()) + "/" + std::to_string(message.authorities.size()) + "/" +
         std::to_string(message.additionals.size()) + (message.authoritative ? ", authoritative" : "") +
         (message.recursion_available ? ", recursion available" : "") +
         (message.truncated ? ", truncated" : "");
}

void note_records(const Attempt& attempt, const char* section, const std::vector<dns::Record>& records) {
  for (auto const& record : records) attempt.note(std::string(section) + ": " + record.text());
}

}  // namespace

void judge_response(const DnsOptions& options, const dns::Message& response, ProbeResult& result) {
  result.facts.set(dns_query_succeeded, 1);
  result.facts.set(dns_answer_rrs, static_cast<double>(response.answers.size()));
  result.facts.set(dns_authority_rrs, static_cast<double>(response.authorities.size()));
  result.facts.set(dns_additional_rrs, static_cast<double>(response.additionals.size()));
  if (options.question.type == dns::type::SOA) {
    for (auto const& record : response.answers) {
      if (record.soa_serial) result.facts.set(dns_serial, *record.soa_serial);
    }
  }
  if (std::ranges::find(options.valid_rcodes, response.rcode) == options.valid_rcodes.end()) {
    result.fail(Reason::dns_rcode, "rcode", "response code " + dns::rcode_name(response.rcode));
  }
  auto const check = [&](const char* section, const dns::RecordValidator& validator, const auto& records) {
    if (auto const what = dns::missed(validator, records)) {
      result.fail(Reason::dns_records, section,
                  std::string(section) + " section: " + *what +
                      (response.truncated ? " (the response is truncated)" : ""));
    }
  };
  check("answer", options.answer, response.answers);
  check("authority", options.authority, response.authorities);
  check("additional", options.additional, response.additionals);
}

DnsProbe::DnsProbe(std::string host, std::uint16_t port, std::string server_name,
                   std::shared_ptr<const DnsOptions> options, std::shared_ptr<const net::TlsContext> tls)
    : host_(std::move(host)),
      port_(port),
      server_name_(std::move(server_name)),
      options_(std::move(options)),
      tls_(std::move(tls)) {}

/// `phase` names the phase under way when this throws.
awaitable<void> DnsProbe::query(Attempt attempt, ProbeResult& result, std::string_view& phase) {
  auto const options = options_;
  auto const tls = tls_;
  auto const begin = Clock::now();
  dns::Server server;
  server.addresses = co_await net::addresses_of(host_, options->dial.address, attempt.deadline);
  auto const resolve = Clock::now() - begin;
  add_phase(result.phases, "resolve", resolve);
  server.port = port_;
  server.source = options->dial.source;
  // Of a server that cannot be reached, the first address is told; of one that answers, its own.
  add_address_facts(result.facts, server.addresses.front(), resolve);
  dns::Query query;
  query.id = dns::random_id();
  query.question = options->question;
  query.recursion_desired = options->recursion_desired;
  if (attempt.explains()) {
    attempt.note("asking " + server.addresses.front().to_string() + " port " + std::to_string(port_) + " for " +
                 dns::name_text(query.question.name) + " " + dns::class_name(query.question.question_class) +
                 " " + dns::type_name(query.question.type));
  }
  dns::Response response;
  if (options->transport == DnsOptions::Transport::udp) {
    phase = "request";
    response = co_await dns::exchange_udp(std::move(server), std::move(query), attempt.deadline);
  } else {
    phase = "connect";
    auto const name = server_name_.empty() ? host_ : server_name_;
    response =
        co_await dns::exchange_stream(std::move(server), std::move(query), tls.get(), name, attempt.deadline);
  }
  add_phase(result.phases, "connect", response.connect);
  add_phase(result.phases, "request", response.request);
  add_address_facts(result.facts, response.address, resolve);
  if (response.tls) add_tls_facts(result.facts, *response.tls, false);
  if (attempt.explains()) {
    attempt.note("response of " + response.address.to_string() + ": " + shown(response.message, response.size));
    note_records(attempt, "answer", response.message.answers);
    note_records(attempt, "authority", response.message.authorities);
    note_records(attempt, "additional", response.message.additionals);
  }
  judge_response(*options, response.message, result);
}

awaitable<ProbeResult> DnsProbe::attempt(Attempt attempt) {
  ProbeResult result;
  result.phase_kind = &dns_duration;
  for (auto const* phase : {"resolve", "connect", "request"}) {
    add_phase(result.phases, phase, std::chrono::nanoseconds(0));
  }
  for (auto const* kind : {&dns_answer_rrs, &dns_authority_rrs, &dns_additional_rrs, &dns_query_succeeded}) {
    result.facts.set(*kind, 0);
  }
  auto const begin = Clock::now();
  std::string_view phase = "resolve";
  try {
    co_await query(attempt, result, phase);
  } catch (const net::Failure& failure) {
    bool const answering = failure.step == net::Step::processing || failure.step == net::Step::transfer;
    if (phase == "connect" && answering) phase = "request";
    std::chrono::duration<double> spent = Clock::now() - begin;
    for (auto const& [name, seconds] : result.phases) spent -= std::chrono::duration<double>(seconds);
    add_phase(result.phases, phase, std::chrono::duration_cast<std::chrono::nanoseconds>(spent));
    auto const step = answering ? std::string("request") : std::string(net::to_string(failure.step));
    result.fail(reason_of(failure.kind), step, failure.what());
  }
  co_return result;
}

}  // namespace fleet::probers
