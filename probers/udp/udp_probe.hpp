// UDP probe: one datagram, and the answer to it.
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/net/stream.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

inline constexpr FactKind udp_duration{"probe_udp_duration_seconds", "Duration of a UDP exchange by phase."};
inline constexpr FactKind udp_answer_bytes{"probe_udp_answer_bytes",
                                           "Length of the datagram that was the answer."};

struct UdpOptions {
  std::string send;  ///< the datagram's octets, possibly none
  /// What the first datagram that comes back must match; null: no answer is expected, and silence is good.
  std::shared_ptr<const re2::RE2> expect;
  /// How long a refusal (ICMP port unreachable) is waited for where no answer is expected.
  std::chrono::milliseconds refusal_wait{200};
  net::DialOptions dial;
};

/// Judges the answer. Pure.
void judge_answer(const UdpOptions& options, std::string_view answer, ProbeResult& result);

/// Sends one datagram, once: what is lost stays lost, as it would for its users.
class UdpProbe : public Probe {
 public:
  UdpProbe(std::string host, std::uint16_t port, std::shared_ptr<const UdpOptions> options);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  std::string host_;
  std::uint16_t port_;
  std::shared_ptr<const UdpOptions> options_;
};

}  // namespace fleet::probers
