// Echo messages, and what their replies add up to.
#include "probers/icmp/icmp_message.hpp"

#include <catch2/catch.hpp>

#include "probers/icmp/icmp_module.hpp"
#include "probers/icmp/icmp_probe.hpp"
#include "tests/message_of.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::probers::icmp;
using namespace std::chrono_literals;
using namespace std::string_literals;

TEST_CASE("requests and replies, octet by octet") {
  // As "ping -s 4" puts it on the wire.
  auto const request = encode_request(Version::v4, {0x1234, 7, "abcd"});
  CHECK(request == "\x08\x00\x20\xfe\x12\x34\x00\x07"s + "abcd");
  CHECK(checksum(request) == 0);
  CHECK(checksum("\x00\x01\xf2"s) == 0x0dfe);
  CHECK(encode_request(Version::v6, {0x1234, 7, "abcd"}) == "\x80\x00\x00\x00\x12\x34\x00\x07"s + "abcd");

  auto reply = request;
  reply[0] = 0;
  auto const decoded = decode_reply(Version::v4, reply);
  REQUIRE(decoded);
  CHECK(decoded->id == 0x1234);
  CHECK(decoded->sequence == 7);
  CHECK(decoded->payload == "abcd");
  CHECK_FALSE(decode_reply(Version::v4, request));
  CHECK(decode_request(Version::v4, request.substr(0, 8)));
  CHECK_FALSE(decode_reply(Version::v4, reply.substr(0, 7)));
  CHECK_FALSE(decode_reply(Version::v6, reply));
  CHECK(decode_reply(Version::v6, "\x81" + reply.substr(1)));
  reply[1] = 1;
  CHECK_FALSE(decode_reply(Version::v4, reply));
}

TEST_CASE("an IPv4 header is as long as it says, within the packet") {
  CHECK(behind_ip4_header("\x45" + std::string(19, 'h') + "rest") == "rest");
  CHECK(behind_ip4_header("\x46" + std::string(23, 'h') + "rest") == "rest");
  CHECK_FALSE(behind_ip4_header("\x46" + std::string(19, 'h')));
  CHECK_FALSE(behind_ip4_header("\x41" + std::string(30, 'h')));
  CHECK_FALSE(behind_ip4_header(""));
}

TEST_CASE("errors in words") {
  CHECK(error_text(Version::v4, 3, 1) == "host unreachable");
  CHECK(error_text(Version::v4, 11, 0) == "time to live exceeded");
  CHECK(error_text(Version::v6, 1, 3) == "address unreachable");
  CHECK(error_text(Version::v6, 3, 0) == "hop limit exceeded");
  CHECK(error_text(Version::v4, 42, 1) == "ICMP type 42 code 1");
}

namespace {

const Deadline::Clock::time_point start{};

EchoEvent reply(unsigned sequence, std::chrono::nanoseconds after) {
  return {static_cast<std::uint16_t>(sequence), start + after, 64, std::nullopt};
}

EchoEvent unreachable(unsigned sequence) {
  return {static_cast<std::uint16_t>(sequence), start, std::nullopt,
          net::Failure(net::Step::processing, net::FailureKind::unreachable, "host unreachable")};
}

EchoTally sent(std::size_t count) {
  EchoTally tally;
  tally.requests.resize(count);
  for (auto& request : tally.requests) request.sent = start;
  return tally;
}

double stat(const ProbeResult& result, const std::string& name) {
  for (auto const& fact : result.facts.all()) {
    if (fact.kind == &icmp_rtt && fact.labels.at(0).second == name) return fact.value;
  }
  return -1;
}

}  // namespace

TEST_CASE("replies are counted once, for requests that were made, across the wrap of the sequence") {
  auto tally = sent(3);
  tally.add(reply(65535, 10ms), 65535);
  tally.add(reply(0, 30ms), 65535);
  tally.add(reply(0, 90ms), 65535);
  tally.add(reply(2, 1ms), 65535);
  tally.add(reply(65534, 1ms), 65535);
  CHECK_FALSE(tally.settled());
  tally.add(reply(1, 20ms), 65535);
  CHECK(tally.settled());
  ProbeResult result;
  judge_echoes({}, tally, result);
  CHECK(result.outcome == Outcome::good);
  CHECK(*result.facts.find(icmp_packets_sent) == 3);
  CHECK(*result.facts.find(icmp_packets_received) == 3);
  CHECK(*result.facts.find(icmp_loss_ratio) == 0);
  CHECK(*result.facts.find(icmp_hop_limit) == 64);
  CHECK(stat(result, "min") == Approx(0.010));
  CHECK(stat(result, "avg") == Approx(0.020));
  CHECK(stat(result, "max") == Approx(0.030));
  REQUIRE(result.phases.size() == 1);
  CHECK(result.phases[0].second == Approx(0.020));
}

TEST_CASE("loss, silence, errors and slowness") {
  IcmpOptions options;
  options.max_loss_ratio = 0.25;
  auto tally = sent(4);
  for (unsigned i = 0; i < 3; ++i) tally.add(reply(i, 10ms), 0);
  ProbeResult tolerated;
  judge_echoes(options, tally, tolerated);
  CHECK(tolerated.outcome == Outcome::good);
  CHECK(*tolerated.facts.find(icmp_loss_ratio) == 0.25);
  options.max_loss_ratio = 0.2;
  ProbeResult lossy;
  judge_echoes(options, tally, lossy);
  CHECK(lossy.reason == Reason::loss);
  CHECK(lossy.detail == "3 of 4 requests were answered");

  options.max_loss_ratio = 1;
  ProbeResult silent;
  judge_echoes(options, sent(2), silent);
  CHECK(silent.reason == Reason::timeout);
  CHECK(*silent.facts.find(icmp_loss_ratio) == 1);
  CHECK(silent.facts.find(icmp_hop_limit) == nullptr);
  CHECK(silent.facts.find(icmp_rtt) == nullptr);

  auto gone = sent(2);
  gone.add(unreachable(0), 0);
  gone.add(reply(0, 1ms), 0);
  CHECK_FALSE(gone.settled());
  ProbeResult no_route;
  judge_echoes(options, gone, no_route);
  CHECK(no_route.reason == Reason::unreachable);
  CHECK(no_route.detail == "host unreachable");

  options.max_rtt = 5ms;
  auto slow = sent(1);
  slow.add(reply(0, 6ms), 0);
  ProbeResult late;
  judge_echoes(options, slow, late);
  CHECK(late.reason == Reason::slow);

  ProbeResult nothing;
  judge_echoes({}, sent(0), nothing);
  CHECK(nothing.reason == Reason::timeout);
  CHECK(nothing.facts.find(icmp_loss_ratio) == nullptr);
}

TEST_CASE("icmp: options and targets") {
  auto const read = [](const std::string& text) {
    auto const whole = config::Document::parse(text, "f").root();
    auto const options = whole.mapping({"timeout", "icmp"}).optional("icmp");
    return read_icmp(options, whole, {});
  };
  auto const error_of = [&](const std::string& text) { return testing::message_of([&] { read(text); }); };
  CHECK(error_of("timeout: 5s") == "");
  CHECK(error_of("icmp:") == "");
  CHECK(error_of("icmp: {ttl: 5, payload_size: 1200, dont_fragment: true, preferred_ip_protocol: ip4}") == "");
  CHECK(error_of("icmp: {ttl: 256}").starts_with("f:1:13: "));
  CHECK(error_of("icmp: {payload_size: 65508}").starts_with("f:1:22: "));
  CHECK(error_of("icmp: {packets: 0}").starts_with("f:1:17: "));
  CHECK(error_of("icmp: {max_loss_ratio: 1.5}").starts_with("f:1:24: "));
  CHECK(error_of("timeout: 1s\nicmp: {packets: 6, packet_interval: 200ms}") ==
        "f:2:37: expected all 6 packets to be sent within the timeout of 1s, at one every 200ms");
  CHECK(error_of("timeout: 1s\nicmp: {packets: 5, packet_interval: 200ms}") == "");
  auto const module = read("{}");
  for (auto const* target : {"127.0.0.1", "host.example", "::1", "[::1]", "fe80::1%lo"})
    CHECK(module->probe({target, ""}));
  for (auto const* target : {"", "host:80", "http://host", "[::1]:80", "a b"}) {
    INFO(target);
    CHECK_THROWS_AS(module->probe({target, ""}), BadTarget);
  }
}
