#include "probers/tcp/tcp_probe.hpp"

#include <optional>
#include <utility>

namespace fleet::probers {
namespace {

/// Adds the time since it was made, or since the last call, to a phase.
class Stopwatch {
 public:
  std::chrono::nanoseconds lap() {
    auto const now = Deadline::Clock::now();
    return now - std::exchange(began_, now);
  }

 private:
  Deadline::Clock::time_point began_ = Deadline::Clock::now();
};

std::string microseconds(std::chrono::nanoseconds length) {
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(length).count()) + " us";
}

/// Resolves and connects; nothing if `result` tells why not.
awaitable<std::optional<net::Stream>> connected(const HostPort& target, const TcpOptions& options,
                                                const Attempt& attempt, ProbeResult& result) {
  Stopwatch watch;
  auto phase = std::string_view("resolve");
  std::optional<net::Stream> stream;
  try {
    auto addresses = co_await net::addresses_of(target.host, options.dial.address, attempt.deadline);
    auto const lookup = watch.lap();
    add_phase(result.phases, "resolve", lookup);
    add_address_facts(result.facts, addresses.front(), lookup);
    if (attempt.explains()) {
      std::string list;
      for (auto const& address : addresses) list += " " + address.to_string();
      attempt.note("resolved " + target.host + " to" + list + " in " + microseconds(lookup));
    }
    phase = "connect";
    auto dialed =
        co_await net::dial_addresses(std::move(addresses), target.port, options.dial.source, attempt.deadline);
    auto const spent = watch.lap();
    add_phase(result.phases, "connect", spent);
    add_address_facts(result.facts, dialed.peer.address(), lookup);
    if (attempt.explains())
      attempt.note("connected to " + dialed.peer.address().to_string() + " in " + microseconds(spent));
    stream.emplace(std::move(dialed.stream));
  } catch (const net::Failure& failure) {
    add_phase(result.phases, phase, watch.lap());
    result.fail(failure);
  }
  co_return stream;
}

}  // namespace

TcpProbe::TcpProbe(HostPort target, std::string server_name, std::shared_ptr<const TcpOptions> options)
    : target_(std::move(target)), server_name_(std::move(server_name)), options_(std::move(options)) {}

awaitable<ProbeResult> TcpProbe::attempt(Attempt attempt) {
  auto const options = options_;
  ProbeResult result;
  result.facts.set(facts::failed_due_to_regex, 0);
  auto stream = co_await connected(target_, *options, attempt, result);
  if (!stream) co_return result;

  TlsUpgrade upgrade;
  upgrade.context = options->tls_context.get();
  upgrade.host = server_name_;
  Stopwatch watch;
  if (options->tls) {
    try {
      co_await stream->start_tls(*upgrade.context, upgrade.host);
      upgrade.facts = net::tls_facts(stream->ssl());
    } catch (const net::Failure& failure) {
      result.fail(failure);
    }
    upgrade.spent = watch.lap();
    add_phase(result.phases, "tls", upgrade.spent);
  }
  if (result.outcome == Outcome::good && !options->script.empty()) {
    auto const before_script = upgrade.spent;
    co_await run_script(options->script, *stream, upgrade, attempt, result);
    auto const starttls = upgrade.spent - before_script;
    if (starttls.count() > 0) add_phase(result.phases, "tls", starttls);
    add_phase(result.phases, "processing", watch.lap() - starttls);
  }
  if (upgrade.facts) {
    add_tls_facts(result.facts, *upgrade.facts, false);
    if (attempt.explains())
      attempt.note(upgrade.facts->version + ", " + upgrade.facts->cipher + ", " + upgrade.facts->subject);
  }
  stream->close(result.outcome != Outcome::good);
  co_return result;
}

}  // namespace fleet::probers
