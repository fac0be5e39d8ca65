// The interface of everything that tries the system as a user would.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/deadline.hpp"
#include "core/net/failure.hpp"
#include "probers/facts.hpp"
#include "probers/trace.hpp"

namespace fleet::probers {

/// What one attempt says of its target. `unknown`: the prober could not tell (its own fault); it is charged to
/// nobody.
enum class Outcome : std::uint8_t { good, bad, unknown };
inline constexpr std::array outcomes{Outcome::good, Outcome::bad, Outcome::unknown};
std::string_view to_string(Outcome outcome);

/// Why an attempt was not good: one closed list, the same word in metric, log and page.
enum class Reason : std::uint8_t {
  none,
  timeout,            ///< the deadline passed
  refused,            ///< connection refused
  reset,              ///< closed or reset in the middle
  unreachable,        ///< no route
  name,               ///< the name does not resolve
  forbidden,          ///< the address is outside of the allowed networks
  certificate,        ///< not trusted, wrong host, expired
  tls,                ///< another TLS failure, or TLS where there should be none and the other way round
  protocol,           ///< not the protocol that was asked for: not HTTP, not DNS, not RESP
  too_large,          ///< the body exceeds its limit
  status,             ///< an HTTP status that is not valid here
  version,            ///< an HTTP version that is not valid here
  header,             ///< a header does not match
  body,               ///< the body does not match
  encoding,           ///< the body cannot be decompressed
  redirect,           ///< too many, or to somewhere that cannot be followed
  unauthorized,       ///< 401 or 403, bad credentials, a token that was not given
  expect,             ///< an answer of a tcp or udp script does not match
  loss,               ///< icmp: too few replies
  dns_rcode,          ///< a response code that is not valid here
  dns_records,        ///< the records do not match
  grpc_status,        ///< a gRPC status other than OK
  not_serving,        ///< grpc health: the service says that it does not serve
  a2a_card,           ///< no usable agent card
  a2a_version,        ///< no protocol version or binding in common
  a2a_answer,         ///< not an answer to the request: bad JSON, wrong id
  a2a_error,          ///< a JSON-RPC error
  a2a_state,          ///< the task ended failed, canceled or rejected
  a2a_interrupted,    ///< the agent waits for input or authorisation
  a2a_stream,         ///< the stream ended before the task did
  a2a_task,           ///< a task that the agent just gave is not known to it
  redis_error,        ///< an error reply
  redis_value,        ///< another value came back than was written
  redis_replication,  ///< no replica, a broken link or too much lag
  sql_error,          ///< the server refused the statement
  sql_value,          ///< the query's result is not what was expected
  sql_role,           ///< no primary, or a server in another role than expected
  canary_lost,        ///< a write that was confirmed is gone
  canary_late,        ///< a write did not reach a replica in time
  documents_failed,   ///< documents of the batch failed or are missing
  documents_hash,     ///< a canary document came out different
  assertion,          ///< a workflow's expectation does not hold
  extraction,         ///< a workflow's value is not in the answer
  slow,               ///< everything right, but slower than its objective
  starved,            ///< the prober itself did not get to run; outcome unknown
  internal,           ///< the prober's own failure; outcome unknown
};
inline constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::internal) + 1;
std::string_view to_string(Reason reason);
/// The reason that stands for a connection or exchange that came to nothing.
Reason reason_of(net::FailureKind kind);

/// Durations in seconds by phase name, in order of time. Names are literals.
using PhaseSeconds = std::vector<std::pair<std::string_view, double>>;
/// Adds to the phase of that name, appended if new.
void add_phase(PhaseSeconds& phases, std::string_view name, std::chrono::nanoseconds length);

struct ProbeResult {
  Outcome outcome = Outcome::good;
  Reason reason = Reason::none;
  std::string step;    ///< the step that failed: "connect", "card", "send"; empty if good
  std::string detail;  ///< one line for people; no secrets, no bodies
  PhaseSeconds phases;
  /// The family that the phases belong to, with a label `phase`.
  const FactKind* phase_kind = &facts::phase_duration;
  std::chrono::nanoseconds duration{0};  ///< of the whole attempt; set by attempt_once()
  /// When the target had done its part, where a probe can tell; else the attempt's end is the duration's end.
  std::optional<Deadline::Clock::time_point> answered;
  /// Further readings, as gauges, under blackbox_exporter's names where it has them.
  Facts facts;

  /// Send-to-answer time of an A2A message that was answered; feeds a2a_protocol_latency_ms.
  std::optional<std::chrono::nanoseconds> a2a_latency;
  TraceContext trace;  ///< what the attempt sent as traceparent; set by attempt_once()

  static ProbeResult bad(Reason reason, std::string step, std::string detail);
  /// Makes this result bad, or unknown if `why` is internal, keeping what it has learnt; the first failure
  /// stays.
  void fail(Reason why, std::string at, std::string what);
  void fail(const net::Failure& failure);
};

/// What an attempt is given. Trivially copyable, so that it can be a temporary in a co_await expression.
struct Attempt {
  Deadline deadline;
  TraceContext trace;
  Notes* notes = nullptr;  ///< where an explanation is asked for (`debug=true`, `slo_prober probe`); else null

  /// "00-<trace id>-<span id>-01" (W3C Trace Context level 1, section 3.2).
  std::string traceparent() const { return trace.traceparent(); }
  bool explains() const { return notes != nullptr; }
  void note(std::string line) const {
    if (notes) notes->add(std::move(line));
  }
};

/// One way of asking one target whether it is well. A target that is down is a result, not an exception. Lives
/// on one io thread; attempts of one probe may overlap when its timeout exceeds its interval.
class Probe {
 public:
  virtual ~Probe() = default;
  virtual awaitable<ProbeResult> attempt(Attempt attempt) = 0;
};

/// The one way an attempt is made, by the daemon's loop, /probe and one-shot commands alike: bounds it by
/// `deadline`, measures its duration, and turns whatever it throws, and every failure while this process gets
/// no descriptor, into Outcome::unknown. Never throws but when cancelled. `notes` may be null; it must outlive
/// the attempt.
awaitable<ProbeResult> attempt_once(Probe& probe, Deadline deadline, Notes* notes = nullptr);

}  // namespace fleet::probers
