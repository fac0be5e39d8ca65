// DNS probe: one question to one server, over UDP, TCP or TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/net/stream.hpp"
#include "core/net/tls.hpp"
#include "probers/dns/dns_message.hpp"
#include "probers/dns/record_validator.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

inline constexpr FactKind dns_duration{"probe_dns_duration_seconds", "Duration of a DNS request by phase."};
inline constexpr FactKind dns_answer_rrs{"probe_dns_answer_rrs", "Records in the answer section."};
inline constexpr FactKind dns_authority_rrs{"probe_dns_authority_rrs", "Records in the authority section."};
inline constexpr FactKind dns_additional_rrs{"probe_dns_additional_rrs", "Records in the additional section."};
inline constexpr FactKind dns_query_succeeded{"probe_dns_query_succeeded",
                                              "Whether the query was answered, whatever the answer says."};
inline constexpr FactKind dns_serial{"probe_dns_serial",
                                     "Serial number of the zone, of an answer to an SOA query."};

struct DnsOptions {
  enum class Transport : std::uint8_t { udp, tcp, tls };
  Transport transport = Transport::udp;
  dns::Question question;
  bool recursion_desired = true;
  std::vector<std::uint16_t> valid_rcodes{0};
  dns::RecordValidator answer, authority, additional;
  net::DialOptions dial;
  net::TlsOptions tls;
};

/// Adds what a response says to `result`: counts, serial, and the first expectation that it misses. Pure.
void judge_response(const DnsOptions& options, const dns::Message& response, ProbeResult& result);

/// Asks once: no repetition of a lost datagram, no change to TCP when an answer is truncated; what one question
/// meets is what is reported. Only a response from the server, with the query's random id and its question is
/// taken; over UDP others are ignored until the deadline.
class DnsProbe : public Probe {
 public:
  /// `server_name` replaces the host in the server's certificate if not empty; `tls` is null unless the
  /// transport is.
  DnsProbe(std::string host, std::uint16_t port, std::string server_name,
           std::shared_ptr<const DnsOptions> options, std::shared_ptr<const net::TlsContext> tls);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  awaitable<void> query(Attempt attempt, ProbeResult& result, std::string_view& phase);

  std::string host_;
  std::uint16_t port_;
  std::string server_name_;
  std::shared_ptr<const DnsOptions> options_;
  std::shared_ptr<const net::TlsContext> tls_;
};

}  // namespace fleet::probers
