#include "core/net/addresses.hpp"

#include <catch2/catch.hpp>

#include "tests/core/io/run_coroutine.hpp"
#include "tests/servers/coroutine.hpp"

using namespace fleet;
using namespace std::chrono_literals;

namespace {

asio::ip::address address(const char* text) { return asio::ip::make_address(text); }

/// The failure of looking up `host`, or nothing and the addresses in `found`.
std::optional<net::Failure> look_up(const std::string& host, const net::AddressOptions& options,
                                    std::vector<asio::ip::address>& found,
                                    Deadline deadline = Deadline::after(10s)) {
  asio::io_context io;
  try {
    found = testing::run_on(io, net::addresses_of(host, options, deadline));
  } catch (const net::Failure& failure) {
    return failure;
  }
  return {};
}

net::AddressOptions allowing(const std::vector<std::string>& networks) {
  net::AddressOptions options;
  options.allowed = std::make_shared<net::Networks>(networks);
  return options;
}

}  // namespace

TEST_CASE("networks contain what their prefix says") {
  net::Networks const networks({"10.0.0.0/8", "192.168.1.128/25", "203.0.113.7", "2001:db8::/33"});
  CHECK(networks.contains(address("10.255.0.1")));
  CHECK_FALSE(networks.contains(address("11.0.0.1")));
  CHECK(networks.contains(address("192.168.1.129")));
  CHECK_FALSE(networks.contains(address("192.168.1.127")));
  CHECK(networks.contains(address("203.0.113.7")));
  CHECK_FALSE(networks.contains(address("203.0.113.6")));
  CHECK(networks.contains(address("2001:db8:7fff::1")));
  CHECK_FALSE(networks.contains(address("2001:db8:8000::1")));
}

TEST_CASE("an IPv4 address in IPv6 clothes is that IPv4 address") {
  net::Networks const ten({"10.0.0.0/8"});
  CHECK(ten.contains(address("::ffff:10.1.2.3")));
  CHECK_FALSE(ten.contains(address("::ffff:127.0.0.1")));
  net::Networks const every_ip6({"::/0"});
  CHECK(every_ip6.contains(address("2001:db8::1")));
  CHECK_FALSE(every_ip6.contains(address("127.0.0.1")));
  CHECK_FALSE(every_ip6.contains(address("::ffff:127.0.0.1")));
  CHECK(net::Networks({"::ffff:10.0.0.0/104"}).contains(address("10.9.9.9")));
  CHECK(net::Networks({"0.0.0.0/0"}).contains(address("192.0.2.1")));
}

TEST_CASE("what is no network is named") {
  for (auto const* const text :
       {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129"})
    CHECK_THROWS_WITH(net::Networks({"10.0.0.0/8", text}),
                      Catch::StartsWith("`" + std::string(text) + "` is not"));
}

TEST_CASE("a preferred family is used alone, the other one only as a fallback") {
  std::vector<asio::ip::address> found;
  net::AddressOptions options;
  options.preferred = net::IpProtocol::ip6;
  CHECK_FALSE(look_up("127.0.0.1", options, found));
  CHECK(found == std::vector{address("127.0.0.1")});
  options.fallback = false;
  auto const failure = look_up("127.0.0.1", options, found);
  REQUIRE(failure);
  CHECK(failure->kind == net::FailureKind::name);
  CHECK(failure->step == net::Step::resolve);
  CHECK(failure->what() == std::string("resolve 127.0.0.1: no IPv6 address"));
  options.preferred = net::IpProtocol::ip4;
  CHECK_FALSE(look_up("localhost", options, found));
  CHECK(found.front().is_v4());
}

TEST_CASE("an address outside of the allowed networks is not handed out, by name or by number") {
  std::vector<asio::ip::address> found;
  for (auto const* const host : {"localhost", "127.0.0.1", "::ffff:127.0.0.1"}) {
    auto const failure = look_up(host, allowing({"10.0.0.0/8", "2001:db8::/32"}), found);
    REQUIRE(failure);
    CHECK(failure->kind == net::FailureKind::forbidden);
    CHECK_FALSE(look_up(host, allowing({"127.0.0.0/8", "::1"}), found));
  }
}

TEST_CASE("names that do not resolve, and deadlines that have passed") {
  std::vector<asio::ip::address> found;
  auto const unknown = look_up("no-such-host.invalid", {}, found, Deadline::after(60s));
  REQUIRE(unknown);
  CHECK(unknown->kind == net::FailureKind::name);
  CHECK_THAT(unknown->what(), Catch::StartsWith("resolve no-such-host.invalid: "));
  for (auto const& host : {std::string(), std::string("a\0b", 3), std::string(300, 'a'), std::string("a..b")}) {
    auto const failure = look_up(host, {}, found);
    REQUIRE(failure);
    CHECK(failure->kind == net::FailureKind::name);
  }
  auto const late = look_up("127.0.0.1", {}, found, Deadline::after(0s));
  REQUIRE(late);
  CHECK(late->kind == net::FailureKind::timeout);
}

TEST_CASE("addresses hash as blackbox_exporter hashes them") {
  // FNV-1a, checked against blackbox_exporter 0.23.
  CHECK(net::address_hash(address("127.0.0.1")) == 3668918509U);
  CHECK(net::address_hash(address("::1")) == 1751717746U);
}
