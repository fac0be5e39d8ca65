#include "probers/probe.hpp"

namespace fleet::probers {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::good:
      return "good";
    case Outcome::bad:
      return "bad";
    case Outcome::unknown:
      break;
  }
  return "unknown";
}

std::string_view to_string(Reason reason) {
  static constexpr std::string_view words[] = {"none",        "timeout",   "refused",         "reset",
                                               "unreachable", "name",      "certificate",     "tls",
                                               "protocol",    "too_large", "status",          "body",
                                               "redirect",    "a2a_card",  "a2a_version",     "a2a_answer",
                                               "a2a_error",   "a2a_state", "a2a_interrupted", "internal"};
  static_assert(std::size(words) == static_cast<std::size_t>(Reason::internal) + 1);
  return words[static_cast<std::size_t>(reason)];
}

ProbeResult ProbeResult::bad(Reason reason, std::string step, std::string detail) {
  ProbeResult result;
  result.outcome = Outcome::bad;
  result.reason = reason;
  result.step = std::move(step);
  result.detail = std::move(detail);
  return result;
}

awaitable<ProbeResult> attempt_once(Probe& probe, Deadline deadline) {
  auto const begin = Deadline::Clock::now();
  ProbeResult result;
  try {
    // A probe keeps its own deadline and says in which step it passed; this is the net below it.
    auto const net = Deadline::at(deadline.when() + std::chrono::milliseconds(25));
    result = co_await before(net, probe.attempt(deadline), "the attempt");
  } catch (const Timeout& timeout) {
    result = ProbeResult::bad(Reason::timeout, "attempt", timeout.what());
  } catch (const std::exception& error) {
    result = ProbeResult::bad(Reason::internal, "attempt", error.what());
    result.outcome = Outcome::unknown;
  }
  result.duration = Deadline::Clock::now() - begin;
  co_return result;
}

}  // namespace fleet::probers
