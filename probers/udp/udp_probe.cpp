#include "probers/udp/udp_probe.hpp"

#include "core/net/addresses.hpp"
#include "probers/connection_options.hpp"
#include "probers/udp/datagram_socket.hpp"

namespace fleet::probers {

namespace {

/// Silence from an endpoint that is not asked to answer is what was hoped for.
bool is_silence(const UdpOptions& options, const net::Failure& failure) {
  return !options.expect && failure.step == net::Step::processing && failure.kind == net::FailureKind::timeout;
}

}  // namespace

void judge_answer(const UdpOptions& options, std::string_view answer, ProbeResult& result) {
  result.facts.set(udp_answer_bytes, static_cast<double>(answer.size()));
  if (!options.expect) return;
  bool const matches = re2::RE2::PartialMatch(re2::StringPiece(answer.data(), answer.size()), *options.expect);
  result.facts.set(facts::failed_due_to_regex, matches ? 0 : 1);
  if (!matches) {
    result.fail(
        Reason::expect, "expect",
        "an answer of " + std::to_string(answer.size()) + " bytes does not match " + options.expect->pattern());
  }
}

UdpProbe::UdpProbe(std::string host, std::uint16_t port, std::shared_ptr<const UdpOptions> options)
    : host_(std::move(host)), port_(port), options_(std::move(options)) {}

awaitable<ProbeResult> UdpProbe::attempt(Attempt attempt) {
  auto const options = options_;
  ProbeResult result;
  result.phase_kind = &udp_duration;
  for (auto const* phase : {"resolve", "request"}) add_phase(result.phases, phase, std::chrono::nanoseconds(0));
  if (options->expect) result.facts.set(facts::failed_due_to_regex, 0);
  auto const begin = Deadline::Clock::now();
  auto resolved = begin;
  auto const* phase = "resolve";
  try {
    auto addresses = co_await net::addresses_of(host_, options->dial.address, attempt.deadline);
    resolved = Deadline::Clock::now();
    add_phase(result.phases, "resolve", resolved - begin);
    add_address_facts(result.facts, addresses.front(), resolved - begin);
    phase = "request";
    if (attempt.explains()) {
      attempt.note("sending " + std::to_string(options->send.size()) + " bytes to " +
                   addresses.front().to_string() + " port " + std::to_string(port_));
    }
    auto const until = options->expect ? attempt.deadline : attempt.deadline.or_after(options->refusal_wait);
    auto const answer =
        co_await ask(std::move(addresses), port_, options->dial.source, options->send, {}, until);
    add_phase(result.phases, "request", answer.connect + answer.request);
    add_address_facts(result.facts, answer.address, resolved - begin);
    if (attempt.explains()) attempt.note("answer of " + std::to_string(answer.octets.size()) + " bytes");
    judge_answer(*options, answer.octets, result);
  } catch (const net::Failure& failure) {
    add_phase(result.phases, phase, Deadline::Clock::now() - resolved);
    if (!is_silence(*options, failure)) result.fail(reason_of(failure.kind), phase, failure.what());
  }
  co_return result;
}

}  // namespace fleet::probers
