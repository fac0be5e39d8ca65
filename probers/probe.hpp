// The interface of everything that tries the system as a user would.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/deadline.hpp"

namespace fleet::probers {

/// What one attempt says of its target. `unknown`: the prober could not tell (its own fault); it is charged to
/// nobody.
enum class Outcome : std::uint8_t { good, bad, unknown };
std::string_view to_string(Outcome outcome);

/// Why an attempt was not good: one closed list, the same word in metric, log and page.
enum class Reason : std::uint8_t {
  none,
  timeout,          ///< the deadline passed
  refused,          ///< connection refused
  reset,            ///< closed or reset in the middle
  unreachable,      ///< no route
  name,             ///< the name does not resolve
  certificate,      ///< not trusted, wrong host, expired
  tls,              ///< another TLS failure
  protocol,         ///< not HTTP
  too_large,        ///< the body exceeds its limit
  status,           ///< an HTTP status that is not valid here
  body,             ///< the body does not match
  redirect,         ///< too many, or to somewhere that cannot be followed
  a2a_card,         ///< no usable agent card
  a2a_version,      ///< no protocol version in common
  a2a_answer,       ///< not an answer to the request: bad JSON, wrong id
  a2a_error,        ///< a JSON-RPC error
  a2a_state,        ///< the task ended failed, canceled or rejected
  a2a_interrupted,  ///< the agent waits for input or authorisation
  internal,         ///< the prober's own failure; outcome unknown
};
std::string_view to_string(Reason reason);

/// Durations in seconds by phase name, in order of time.
using PhaseSeconds = std::vector<std::pair<std::string_view, double>>;

struct ProbeResult {
  Outcome outcome = Outcome::good;
  Reason reason = Reason::none;
  std::string step;    ///< the step that failed: "connect", "card", "send"; empty if good
  std::string detail;  ///< one line for people; no secrets, no bodies
  PhaseSeconds phases;
  std::chrono::nanoseconds duration{0};  ///< of the whole attempt; set by attempt_once()

  std::optional<int> http_status;
  std::optional<double> certificate_expiry_unix;
  /// Send-to-answer time of an A2A message that was answered; feeds a2a_protocol_latency_ms.
  std::optional<std::chrono::nanoseconds> a2a_latency;

  static ProbeResult bad(Reason reason, std::string step, std::string detail);
};

/// One way of asking one target whether it is well. A target that is down is a result, not an exception. Lives
/// on one io thread; attempts of one probe may overlap when its timeout exceeds its interval.
class Probe {
 public:
  virtual ~Probe() = default;
  virtual awaitable<ProbeResult> attempt(Deadline deadline) = 0;
};

/// The one way an attempt is made, by the daemon's loop and by one-shot commands alike: bounds it by
/// `deadline`, measures its duration, and turns whatever it throws into Outcome::unknown. Never throws but when
/// cancelled.
awaitable<ProbeResult> attempt_once(Probe& probe, Deadline deadline);

}  // namespace fleet::probers
