// ICMP probe: echo requests to one address, and how many come back how fast.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/net/failure.hpp"
#include "core/net/stream.hpp"
#include "probers/icmp/echo_socket.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

inline constexpr FactKind icmp_duration{
    "probe_icmp_duration_seconds", "Duration of an ICMP exchange by phase; rtt is the mean over the packets."};
inline constexpr FactKind icmp_hop_limit{"probe_icmp_reply_hop_limit",
                                         "Hop limit (IPv4: TTL) of the last reply."};
inline constexpr FactKind icmp_packets_sent{"probe_icmp_packets_sent", "Echo requests sent."};
inline constexpr FactKind icmp_packets_received{"probe_icmp_packets_received",
                                                "Echo requests that were answered."};
inline constexpr FactKind icmp_loss_ratio{"probe_icmp_loss_ratio",
                                          "Share of the echo requests without an answer."};
inline constexpr FactKind icmp_rtt{"probe_icmp_rtt_seconds", "Round trip times: min, avg, max."};

struct IcmpOptions {
  int packets = 1;
  std::chrono::milliseconds packet_interval{200};
  std::size_t payload_size = 56;
  int ttl = 0;  ///< 0: the system's
  bool dont_fragment = false;
  double max_loss_ratio = 0;                         ///< more is bad; no answer at all is bad in any case
  std::optional<std::chrono::milliseconds> max_rtt;  ///< a longer mean is bad (slow)
  net::DialOptions dial;
};

/// What became of the requests of an attempt, by their order.
struct EchoTally {
  struct Request {
    Deadline::Clock::time_point sent;
    std::optional<std::chrono::nanoseconds> rtt;
    std::optional<net::Failure> error;  ///< an ICMP error, or it could not be sent
  };
  std::vector<Request> requests;
  std::optional<int> hop_limit;

  /// The first reply or error counts, what comes later for the same request does not. `first` is the sequence
  /// number of the first request.
  void add(const icmp::EchoEvent& event, std::uint16_t first);
  bool settled() const;  ///< each request has its reply or error
};

/// Adds facts, the phase rtt, and what is missed, to `result`. Pure.
void judge_echoes(const IcmpOptions& options, const EchoTally& tally, ProbeResult& result);

/// Ends as soon as each request is answered, at the deadline at the latest. An address of another family is
/// tried if there is no route to the one before. A system that permits no ICMP socket makes the result unknown,
/// not the target bad.
class IcmpProbe : public Probe {
 public:
  IcmpProbe(std::string host, std::shared_ptr<const IcmpOptions> options);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  awaitable<void> exchange(Attempt attempt, ProbeResult& result, std::string_view& step);

  std::string host_;
  std::shared_ptr<const IcmpOptions> options_;
};

}  // namespace fleet::probers
