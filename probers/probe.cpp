#include "probers/probe.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

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
  static constexpr std::string_view words[] = {
      "none",       "timeout",     "refused",     "reset",       "unreachable",       "name",
      "forbidden",  "certificate", "tls",         "protocol",    "too_large",         "status",
      "version",    "header",      "body",        "encoding",    "redirect",          "unauthorized",
      "expect",     "loss",        "dns_rcode",   "dns_records", "grpc_status",       "not_serving",
      "a2a_card",   "a2a_version", "a2a_answer",  "a2a_error",   "a2a_state",         "a2a_interrupted",
      "a2a_stream", "a2a_task",    "redis_error", "redis_value", "redis_replication", "sql_error",
      "sql_value",  "sql_role",    "canary_lost", "canary_late", "documents_failed",  "documents_hash",
      "assertion",  "extraction",  "slow",        "starved",     "internal"};
  static_assert(std::size(words) == reason_count);
  return words[static_cast<std::size_t>(reason)];
}

Reason reason_of(net::FailureKind kind) {
  switch (kind) {
    case net::FailureKind::timeout:
      return Reason::timeout;
    case net::FailureKind::refused:
      return Reason::refused;
    case net::FailureKind::reset:
      return Reason::reset;
    case net::FailureKind::unreachable:
      return Reason::unreachable;
    case net::FailureKind::name:
      return Reason::name;
    case net::FailureKind::forbidden:
      return Reason::forbidden;
    case net::FailureKind::certificate:
      return Reason::certificate;
    case net::FailureKind::tls:
      return Reason::tls;
    case net::FailureKind::protocol:
      return Reason::protocol;
    case net::FailureKind::too_large:
      return Reason::too_large;
    case net::FailureKind::exhausted:
      break;
  }
  return Reason::internal;
}

void add_phase(PhaseSeconds& phases, std::string_view name, std::chrono::nanoseconds length) {
  auto const value = std::chrono::duration<double>(length).count();
  auto const found =
      std::find_if(phases.begin(), phases.end(), [&](auto const& phase) { return phase.first == name; });
  if (found == phases.end()) {
    phases.emplace_back(name, value);
  } else {
    found->second += value;
  }
}

ProbeResult ProbeResult::bad(Reason reason, std::string step, std::string detail) {
  ProbeResult result;
  result.fail(reason, std::move(step), std::move(detail));
  return result;
}

void ProbeResult::fail(Reason why, std::string at, std::string what) {
  if (outcome != Outcome::good) return;
  outcome = why == Reason::internal ? Outcome::unknown : Outcome::bad;
  reason = why;
  step = std::move(at);
  detail = std::move(what);
}

void ProbeResult::fail(const net::Failure& failure) {
  fail(reason_of(failure.kind), std::string(net::to_string(failure.step)), failure.what());
}

namespace {

/// Whoever resolves, connects or asks a library to without a descriptor sees all kinds of failures; none of
/// them is the target's.
void excuse_want_of_descriptors(ProbeResult& result) {
  if (result.outcome != Outcome::bad) return;
  int const descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int const error = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
    return;
  }
  result.outcome = Outcome::unknown;
  result.reason = Reason::internal;
  result.detail = "the prober itself gets no descriptor (" + std::system_category().message(error) +
                  "); it saw: " + result.detail;
}

}  // namespace

awaitable<ProbeResult> attempt_once(Probe& probe, Deadline deadline, Notes* notes) {
  auto const begin = Deadline::Clock::now();
  Attempt const attempt{deadline, TraceContext::make(), notes};
  ProbeResult result;
  try {
    // A probe keeps its own deadline and says in which step it passed; this is the net below it.
    auto const net = Deadline::at(deadline.when() + std::chrono::milliseconds(25));
    result = co_await before(net, probe.attempt(attempt), "the attempt");
  } catch (const Timeout& timeout) {
    result = ProbeResult::bad(Reason::timeout, "attempt", timeout.what());
  } catch (const std::exception& error) {
    result = ProbeResult::bad(Reason::internal, "attempt", error.what());
  }
  excuse_want_of_descriptors(result);
  result.duration = result.answered.value_or(Deadline::Clock::now()) - begin;
  result.trace = attempt.trace;
  co_return result;
}

}  // namespace fleet::probers
