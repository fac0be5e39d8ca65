#include "probers/redis/redis_probe.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "probers/redis/redis_module.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

ProbeResult attempt(const std::string& address, const std::string& options, std::chrono::milliseconds timeout = 5s) {
  auto const value = config::Document::parse(options, "redis.yml").root();
  auto const probe = read_redis(value, value, ReadContext())->probe({address, ""});
  asio::io_context io;
  return testing::run_on(io, attempt_once(*probe, Deadline::after(timeout)));
}

std::string refusal(const std::string& options) {
  try {
    auto const value = config::Document::parse(options, "redis.yml").root();
    read_redis(value, value, ReadContext());
  } catch (const config::Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a server that is well passes every check, and nothing is left on it") {
  testing::RedisServer const server;
  auto const result = attempt(server.address(), "{checks: [ping, set_get, queue, replication], role: master}");
  CAPTURE(result.detail);
  REQUIRE(result.outcome == Outcome::good);
  REQUIRE(result.facts.find(facts::redis_queue));
  CHECK(*result.facts.find(facts::redis_queue) > 0);
  CHECK(*result.facts.find(facts::redis_replicas) == 0);
  std::vector<std::string_view> names;
  for (auto const& [name, length] : result.phases) names.push_back(name);
  CHECK(names == std::vector<std::string_view>{"resolve", "connect", "ping", "set", "get", "delete", "enqueue",
                                               "dequeue", "replication"});
  CHECK(server.command({"DBSIZE"}) == "0");
}

TEST_CASE("a server that is not well, and why") {
  testing::RedisServer server;
  auto const address = server.address();
  auto const refused_by = [](const ProbeResult& result) {
    return std::string(to_string(result.reason)) + " at " + result.step;
  };
  SECTION("it wants a password") {
    server.command({"CONFIG", "SET", "requirepass", "geheim"});
    CHECK(refused_by(attempt(address, "{}")) == "unauthorized at auth");
    CHECK(refused_by(attempt(address, "{password: falsch}")) == "unauthorized at auth");
    CHECK(attempt(address, "{password: geheim}").outcome == Outcome::good);
    CHECK(attempt(address, "{password: falsch}").detail.find("falsch") == std::string::npos);
  }
  SECTION("it has no memory left") {
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    CHECK(refused_by(attempt(address, "{checks: [set_get]}")) == "redis_error at set");
    CHECK(attempt(address, "{checks: [ping]}").outcome == Outcome::good);
  }
  SECTION("it hangs") {
    server.freeze();
    auto const result = attempt(address, "{}", 200ms);
    server.thaw();
    CHECK(result.reason == Reason::timeout);
    CHECK(result.duration < 2s);
  }
  SECTION("it is gone") {
    server.stop();
    CHECK(refused_by(attempt(address, "{}")) == "refused at connect");
  }
  SECTION("it has no replica") {
    auto const result = attempt(address, "{checks: [replication], min_replicas: 1}");
    CHECK(refused_by(result) == "redis_replication at replication");
    CHECK(result.detail == "0 replicas are online, expected at least 1");
    CHECK(refused_by(attempt(address, "{checks: [replication], role: slave}")) == "redis_replication at replication");
  }
}

TEST_CASE("something else than Redis") {
  testing::GarbageServer const web("HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK(attempt(web.address(), "{}").reason == Reason::protocol);
  testing::GarbageServer const closing("", testing::GarbageServer::Then::close_at_once);
  CHECK(attempt(closing.address(), "{}").reason == Reason::reset);
}

TEST_CASE("a value is seen on the replica, and a replica that stands still is noticed") {
  testing::RedisServer const master;
  testing::RedisOptions options;
  options.arguments = {"--replicaof", "127.0.0.1", std::to_string(master.port())};
  testing::RedisServer replica(options);
  REQUIRE(testing::wait_until(
      [&] { return replica.command({"INFO", "replication"}).find("master_link_status:up") != std::string::npos; }, 20s));
  auto const config = "{checks: [replication], role: master, min_replicas: 1, max_lag: 2s, replicas: [\"" +
                      replica.address() + "\"]}";
  REQUIRE(testing::wait_until([&] { return attempt(master.address(), config).outcome == Outcome::good; }));
  auto const well = attempt(master.address(), config);
  REQUIRE(well.facts.find(facts::redis_lag));
  CHECK(*well.facts.find(facts::redis_replicas) == 1);
  auto const as_slave = attempt(replica.address(), "{checks: [replication], role: slave}");
  CHECK(as_slave.outcome == Outcome::good);

  // The replica goes on answering, but takes nothing from its master any more.
  replica.command({"REPLICAOF", "NO", "ONE"});
  auto const stale = attempt(master.address(), "{checks: [replication], max_lag: 150ms, replicas: [\"" +
                                                   replica.address() + "\"]}");
  CHECK(stale.reason == Reason::redis_replication);
  CHECK(stale.step == "replicate");
}

TEST_CASE("replication as INFO tells it") {
  auto const state = read_replication(
      "# Replication\r\nrole:master\r\nconnected_slaves:2\r\n"
      "slave0:ip=10.0.0.1,port=6379,state=online,offset=90,lag=0\r\n"
      "slave1:ip=10.0.0.2,port=6380,state=wait_bgsave,offset=0,lag=0\r\n"
      "slave_repl_offset:5\r\nmaster_repl_offset:100\r\n");
  CHECK(state.role == "master");
  REQUIRE(state.replicas.size() == 2);
  CHECK(state.online() == 1);
  CHECK(state.replicas[0].address == "10.0.0.1:6379");
  CHECK(state.replicas[0].behind_bytes == 10);
  CHECK(missed_goal(state, {"master", 1, 10}) == std::nullopt);
  CHECK(missed_goal(state, {"master", 1, 9}) == "replica 10.0.0.1:6379 is 10 bytes behind, expected at most 9");
  CHECK(missed_goal(state, {"", 2, -1}) == "1 replicas are online, expected at least 2");
  auto const cut_off = read_replication("role:slave\nmaster_link_status:down\nmaster_link_down_since_seconds:7\n");
  CHECK(missed_goal(cut_off, {}) == "the link to the master has been down for 7 s");
}

TEST_CASE("options that cannot be meant are refused") {
  CHECK(refusal("{checks: [pong]}").starts_with("redis.yml:1:11: "));
  CHECK(refusal("{min_replicas: 1}") ==
        "redis.yml:1:16: expected `replication` among `checks`, which alone judges this");
  CHECK(refusal("{checks: [replication], role: slave, min_replicas: 1}") ==
        "redis.yml:1:52: expected no minimum of replicas where `role` is slave");
  CHECK(refusal("{username: x}") == "redis.yml:1:12: expected `password` or `password_file` beside it");
  CHECK(refusal("{check: ping}").starts_with("redis.yml:1:2: "));
  for (auto const* target : {"rediss://a:1", "user@a:1", "a:1/0", "a:x", ":1", ""}) {
    CAPTURE(target);
    CHECK_THROWS_AS(parse_redis_target(target), BadTarget);
  }
  CHECK(parse_redis_target("redis://a").port == "6379");
  CHECK(parse_redis_target("[::1]").host == "::1");
}
