// The icmp probe against this machine's own addresses, by whatever kind of socket it permits.
#include "probers/icmp/icmp_probe.hpp"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "probers/icmp/icmp_module.hpp"
#include "tests/servers/coroutine.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;

namespace {

ProbeResult ask(const std::string& target, const std::string& options, std::chrono::milliseconds timeout = 5s,
                Notes* notes = nullptr) {
  asio::io_context io;
  auto const whole = config::Document::parse(options, "f").root();
  auto const probe = read_icmp(whole, whole, {})->probe({target, ""});
  return run_on(io, attempt_once(*probe, Deadline::after(timeout), notes));
}

/// Whether this process may open such sockets, and the address is this machine's; says so if not.
bool possible(const std::string& address) {
  asio::io_context io;
  try {
    icmp::EchoSocket const socket(io.get_executor(), asio::ip::make_address(address), 8, {});
    return true;
  } catch (const icmp::NotPermitted& problem) {
    WARN("SKIPPED: " << problem.what());
  } catch (const net::Failure& failure) {
    WARN("SKIPPED: " << failure.what());
  }
  return false;
}

}  // namespace

TEST_CASE("icmp: this machine answers, on either protocol, with payloads of any size") {
  auto const target = GENERATE(as<std::string>(), "127.0.0.1", "::1");
  if (!possible(target)) return;
  for (auto const* options : {"{}", "payload_size: 1", "payload_size: 8000", "dont_fragment: true", "ttl: 3"}) {
    INFO(target << " " << options);
    auto const result = ask(target, options);
    INFO(result.detail);
    CHECK(result.outcome == Outcome::good);
    CHECK(result.phase_kind == &icmp_duration);
    REQUIRE(result.phases.size() == 3);
    CHECK(result.phases[2].first == "rtt");
    CHECK(result.phases[2].second > 0);
    CHECK(result.phases[2].second < 5);
    REQUIRE(result.facts.find(icmp_hop_limit));
    CHECK(*result.facts.find(icmp_hop_limit) > 0);
    CHECK(*result.facts.find(icmp_packets_received) == 1);
    CHECK(*result.facts.find(facts::ip_protocol) == (target == "::1" ? 6 : 4));
  }
}

TEST_CASE("icmp: several packets, spread in time, each counted once") {
  if (!possible("127.0.0.1")) return;
  auto const begin = Deadline::Clock::now();
  Notes notes;
  auto const result = ask("127.0.0.1", "packets: 5\npacket_interval: 20ms", 5s, &notes);
  CHECK(result.outcome == Outcome::good);
  CHECK(Deadline::Clock::now() - begin >= 80ms);
  CHECK(*result.facts.find(icmp_packets_sent) == 5);
  CHECK(*result.facts.find(icmp_packets_received) == 5);
  CHECK(*result.facts.find(icmp_loss_ratio) == 0);
  CHECK(notes.lines().size() == 6);
}

TEST_CASE("icmp: packets that the deadline leaves no time for are not sent and not lost") {
  if (!possible("127.0.0.1")) return;
  auto const result = ask("127.0.0.1", "packets: 100\npacket_interval: 50ms", 120ms);
  CHECK(result.outcome == Outcome::good);
  CHECK(*result.facts.find(icmp_packets_sent) < 10);
  CHECK(*result.facts.find(icmp_loss_ratio) == 0);
}

TEST_CASE("icmp: probes of one target at once do not take each other's replies") {
  if (!possible("127.0.0.1")) return;
  asio::io_context io;
  auto const whole = config::Document::parse("{packets: 3, packet_interval: 5ms}", "f").root();
  auto const module = read_icmp(whole, whole, {});
  int good = 0;
  auto const attempt = [](std::shared_ptr<Probe> probe, int* count) -> awaitable<void> {
    auto const result = co_await attempt_once(*probe, Deadline::after(5s));
    *count += result.outcome == Outcome::good && *result.facts.find(icmp_packets_received) == 3;
  };
  for (int i = 0; i < 30; ++i)
    asio::co_spawn(io, attempt(module->probe({"127.0.0.1", ""}), &good), asio::detached);
  io.run();
  CHECK(good == 30);
}

TEST_CASE("icmp: no answer, no route, no such source, no such name") {
  if (!possible("127.0.0.1")) return;
  // Class E and the documentation networks: routers say nothing or that there is no way, by the network here.
  for (auto const* target : {"240.0.0.1", "2001:db8::1"}) {
    auto const begin = Deadline::Clock::now();
    auto const result = ask(target, "{}", 300ms);
    INFO(target << " " << result.detail);
    CHECK(result.outcome == Outcome::bad);
    CHECK((result.reason == Reason::timeout || result.reason == Reason::unreachable));
    CHECK(result.facts.find(icmp_hop_limit) == nullptr);
    CHECK(Deadline::Clock::now() - begin < 3s);
  }
  CHECK(ask("127.0.0.1", "source_ip_address: 192.0.2.77").reason == Reason::unreachable);
  CHECK(ask("127.0.0.1", "source_ip_address: ::1").reason == Reason::unreachable);
  CHECK(ask("127.0.0.1", "source_ip_address: 127.0.0.9").outcome == Outcome::good);
  auto const name = ask("no-such-host.invalid", "{}");
  CHECK(name.reason == Reason::name);
  CHECK(name.step == "resolve");
}

TEST_CASE("icmp: an abandoned attempt leaves nothing behind") {
  if (!possible("127.0.0.1")) return;
  asio::io_context io;
  auto const whole = config::Document::parse("{packets: 100, packet_interval: 20ms}", "f").root();
  auto const probe = read_icmp(whole, whole, {})->probe({"127.0.0.1", ""});
  Attempt const attempt{Deadline::after(30s), TraceContext::make(), nullptr};
  auto const abandoned = [](std::shared_ptr<Probe> one, Attempt made) -> awaitable<void> {
    co_await before(Deadline::after(50ms), one->attempt(made), "it");
  };
  CHECK_THROWS_AS(run_on(io, abandoned(probe, attempt)), Timeout);
  io.restart();
  auto const begin = Deadline::Clock::now();
  io.run();
  CHECK(Deadline::Clock::now() - begin < 5s);
}

TEST_CASE("icmp: a system that permits no ICMP socket makes the result unknown") {
  ProbeResult result;
  // Capabilities are a thread's own.
  std::thread([&] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2]{};
    if (syscall(SYS_capset, &header, none) != 0) return;
    result = ask("127.0.0.1", "{}");
  }).join();
  if (result.outcome == Outcome::good) {
    WARN("SKIPPED: this system permits unprivileged ICMP sockets");
    return;
  }
  CHECK(result.outcome == Outcome::unknown);
  CHECK(result.reason == Reason::internal);
  CHECK(result.detail.find("CAP_NET_RAW") != std::string::npos);
  CHECK(result.detail.find("net.ipv4.ping_group_range") != std::string::npos);
}
