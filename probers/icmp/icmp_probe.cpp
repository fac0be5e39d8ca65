#include "probers/icmp/icmp_probe.hpp"

#include <algorithm>
#include <random>

#include "core/io/seconds.hpp"
#include "core/net/addresses.hpp"
#include "probers/connection_options.hpp"

namespace fleet::probers {

namespace {

using Clock = Deadline::Clock;
using icmp::EchoSocket;

/// A socket to the first address that there is a route to.
std::unique_ptr<EchoSocket> open_socket(const asio::any_io_executor& executor,
                                        std::vector<asio::ip::address> addresses, const IcmpOptions& options,
                                        asio::ip::address& peer) {
  if (options.dial.source) {
    std::erase_if(addresses, [&](auto const& one) { return one.is_v4() != options.dial.source->is_v4(); });
  }
  icmp::SocketOptions socket;
  socket.source = options.dial.source;
  socket.ttl = options.ttl;
  socket.dont_fragment = options.dont_fragment;
  std::optional<net::Failure> failure;
  for (auto const& address : addresses) {
    peer = address;
    try {
      return std::make_unique<EchoSocket>(executor, address, options.payload_size, socket);
    } catch (const net::Failure& why) {
      failure = why;
    }
  }
  if (failure) throw net::Failure(*failure);
  throw net::Failure(net::Step::connect, net::FailureKind::unreachable,
                     "no address of the source address' family");
}

/// Sends when a request is due, else takes what comes back.
awaitable<void> send_and_receive(EchoSocket& socket, const IcmpOptions& options, EchoTally& tally,
                                 Deadline deadline) {
  auto const first = static_cast<std::uint16_t>(std::random_device()());
  auto const begin = Clock::now();
  auto const all = static_cast<std::size_t>(options.packets);
  while (!deadline.expired() && !(tally.requests.size() == all && tally.settled())) {
    auto const sent = tally.requests.size();
    auto const due = begin + options.packet_interval * static_cast<long>(sent);
    if (sent < all && Clock::now() >= due) {
      auto& request = tally.requests.emplace_back();
      request.sent = Clock::now();
      try {
        socket.send(static_cast<std::uint16_t>(first + sent));
      } catch (const net::Failure& failure) {
        request.error = failure;
      }
      continue;
    }
    auto const until = sent < all ? Deadline::at(std::min(due, deadline.when())) : deadline;
    auto const event = co_await socket.receive(until);
    if (event) tally.add(*event, first);
  }
}

}  // namespace

void EchoTally::add(const icmp::EchoEvent& event, std::uint16_t first) {
  auto const index = static_cast<std::uint16_t>(event.sequence - first);
  if (index >= requests.size()) return;
  auto& request = requests[index];
  if (request.rtt || request.error) return;
  if (event.error) {
    request.error = event.error;
    return;
  }
  request.rtt = event.at - request.sent;
  if (event.hop_limit) hop_limit = event.hop_limit;
}

bool EchoTally::settled() const {
  return std::ranges::all_of(requests, [](auto const& request) { return request.rtt || request.error; });
}

void judge_echoes(const IcmpOptions& options, const EchoTally& tally, ProbeResult& result) {
  std::size_t received = 0;
  std::chrono::nanoseconds shortest{0}, longest{0}, sum{0};
  const net::Failure* error = nullptr;
  for (auto const& request : tally.requests) {
    if (request.error) error = &*request.error;
    if (!request.rtt) continue;
    shortest = received == 0 ? *request.rtt : std::min(shortest, *request.rtt);
    longest = std::max(longest, *request.rtt);
    sum += *request.rtt;
    ++received;
  }
  auto const sent = tally.requests.size();
  result.facts.set(icmp_packets_sent, static_cast<double>(sent));
  result.facts.set(icmp_packets_received, static_cast<double>(received));
  if (sent == 0) {
    result.fail(Reason::timeout, "setup", "timed out before the first request");
    return;
  }
  auto const loss = static_cast<double>(sent - received) / static_cast<double>(sent);
  result.facts.set(icmp_loss_ratio, loss);
  if (received == 0) {
    if (error) {
      result.fail(reason_of(error->kind), "rtt", error->what());
    } else {
      result.fail(Reason::timeout, "rtt", "timed out: no reply to " + std::to_string(sent) + " requests");
    }
    return;
  }
  auto const mean = sum / static_cast<long>(received);
  add_phase(result.phases, "rtt", mean);
  result.facts.set(icmp_rtt, {{"stat", "min"}}, seconds(shortest));
  result.facts.set(icmp_rtt, {{"stat", "avg"}}, seconds(mean));
  result.facts.set(icmp_rtt, {{"stat", "max"}}, seconds(longest));
  if (tally.hop_limit) result.facts.set(icmp_hop_limit, *tally.hop_limit);
  if (loss > options.max_loss_ratio) {
    result.fail(Reason::loss, "rtt",
                std::to_string(received) + " of " + std::to_string(sent) + " requests were answered" +
                    (error ? std::string("; ") + error->what() : std::string()));
  }
  if (options.max_rtt && mean > *options.max_rtt) {
    result.fail(Reason::slow, "rtt",
                "mean round trip " + std::to_string(seconds(mean) * 1e3) + " ms, above " +
                    std::to_string(options.max_rtt->count()) + " ms");
  }
}

IcmpProbe::IcmpProbe(std::string host, std::shared_ptr<const IcmpOptions> options)
    : host_(std::move(host)), options_(std::move(options)) {}

awaitable<void> IcmpProbe::exchange(Attempt attempt, ProbeResult& result, std::string_view& step) {
  auto const options = options_;
  auto const executor = co_await asio::this_coro::executor;
  auto const begin = Clock::now();
  auto addresses = co_await net::addresses_of(host_, options->dial.address, attempt.deadline);
  auto const resolved = Clock::now();
  add_phase(result.phases, "resolve", resolved - begin);
  add_address_facts(result.facts, addresses.front(), resolved - begin);
  step = "setup";
  asio::ip::address peer;
  auto const socket = open_socket(executor, std::move(addresses), *options, peer);
  add_phase(result.phases, "setup", Clock::now() - resolved);
  add_address_facts(result.facts, peer, resolved - begin);
  step = "rtt";
  if (attempt.explains()) {
    attempt.note("sending " + std::to_string(options->packets) + " requests to " + peer.to_string() + " by " +
                 (socket->raw() ? "a raw socket" : "an unprivileged socket"));
  }
  EchoTally tally;
  co_await send_and_receive(*socket, *options, tally, attempt.deadline);
  if (attempt.explains()) {
    for (auto const& request : tally.requests) {
      attempt.note(request.rtt     ? "reply after " + std::to_string(seconds(*request.rtt) * 1e3) + " ms"
                   : request.error ? std::string(request.error->what())
                                   : std::string("no reply"));
    }
  }
  judge_echoes(*options, tally, result);
}

awaitable<ProbeResult> IcmpProbe::attempt(Attempt attempt) {
  ProbeResult result;
  result.phase_kind = &icmp_duration;
  for (auto const* phase : {"resolve", "setup", "rtt"})
    add_phase(result.phases, phase, std::chrono::nanoseconds(0));
  std::string_view step = "resolve";
  auto const begin = Clock::now();
  try {
    co_await exchange(attempt, result, step);
  } catch (const net::Failure& failure) {
    std::chrono::duration<double> spent = Clock::now() - begin;
    for (auto const& [name, length] : result.phases) spent -= std::chrono::duration<double>(length);
    add_phase(result.phases, step, std::chrono::duration_cast<std::chrono::nanoseconds>(spent));
    result.fail(reason_of(failure.kind), std::string(step), failure.what());
  } catch (const icmp::NotPermitted& problem) {
    result.fail(Reason::internal, std::string(step), problem.what());
  }
  co_return result;
}

}  // namespace fleet::probers
