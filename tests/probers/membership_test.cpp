#include "probers/sharding/membership.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <optional>

#include "core/metrics/exposition.hpp"
#include "tests/servers/redis_server.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;

namespace {

/// One replica in this process; its "death" is that nothing of it runs any more.
struct Replica {
  Replica(asio::io_context& io, const testing::RedisServer& server, std::chrono::milliseconds lease)
      : membership(io.get_executor(), options(server, lease), instruments,
                   [this](const Shard& next) { shard = next; }) {
    membership.start();
  }
  static MembershipOptions options(const testing::RedisServer& server, std::chrono::milliseconds lease) {
    MembershipOptions made;
    made.redis.port = server.port();
    made.lease = lease;
    return made;
  }
  bool probes(const std::string& target) const {
    return membership.may_probe() && shard && shard->owns("p", target);
  }
  double metric(const std::string& name) {
    Families families;
    instruments.collect(families);
    auto const text = Exposition::render(families, Format::text_0_0_4);
    auto const at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }

  Instruments instruments;
  std::optional<Shard> shard;
  Membership membership;
};

template <class Condition>
void run_until(asio::io_context& io, Condition done) {
  auto const limit = Deadline::after(20s);
  while (!done() && !limit.expired()) io.run_one_for(20ms);
  REQUIRE(done());
}

template <class... Replicas>
int owners(const std::string& target, Replicas&... replicas) {
  return (static_cast<int>(replicas.probes(target)) + ...);
}

}  // namespace

TEST_CASE("replicas share the targets, and a dead one's share moves within a lease and a quarter") {
  testing::RedisServer server;
  asio::io_context io, mortal;
  auto const lease = 800ms;
  Replica a(io, server, lease), b(io, server, lease);
  std::optional<Replica> c(std::in_place, mortal, server, lease);
  auto const all_there = [&](std::size_t count) {
    return a.shard && b.shard && a.shard->members.size() == count && b.shard->members.size() == count;
  };
  run_until(io, [&] {
    mortal.poll();
    return all_there(3) && c->shard && c->shard->members.size() == 3;
  });
  for (int i = 0; i < 100; ++i) CHECK(owners("t" + std::to_string(i), a, b, *c) == 1);

  // From here on c's context does not run: it is frozen.
  auto const frozen_at = Deadline::Clock::now();
  run_until(io, [&] { return all_there(2); });
  CHECK(Deadline::Clock::now() - frozen_at < lease + lease / 4 + 2s);
  for (int i = 0; i < 100; ++i) CHECK(owners("t" + std::to_string(i), a, b, *c) == 1);
  // Awake again, it finds its lease expired and does not go on with its old share; then it is let in again.
  CHECK_FALSE(c->membership.may_probe());
  run_until(io, [&] {
    mortal.poll();
    int most = 0;
    for (int i = 0; i < 20; ++i) most = std::max(most, owners("t" + std::to_string(i), a, b));
    return most <= 1 && all_there(3) && c->membership.may_probe();
  });
}

TEST_CASE("a replica that leaves is gone at once") {
  testing::RedisServer server;
  asio::io_context io;
  Replica a(io, server, 60s);
  std::optional<Replica> b(std::in_place, io, server, 60s);
  run_until(io, [&] { return b->shard && b->shard->members.size() == 2; });
  bool left = false;
  asio::co_spawn(io, b->membership.leave(Deadline::after(5s)), [&](std::exception_ptr) { left = true; });
  run_until(io, [&] { return left; });
  Replica late(io, server, 60s);
  run_until(io, [&] { return late.shard.has_value(); });
  CHECK(late.shard->members.size() == 2);  // a and itself
}

TEST_CASE("without Redis a replica goes on with what it knew, and exclusive probes stop") {
  testing::RedisServer server;
  asio::io_context io;
  Replica a(io, server, 400ms);
  a.membership.want_leases({"documents/queue"});
  run_until(io, [&] { return a.probes("t") && a.membership.holds("documents/queue"); });
  server.kill9();
  run_until(io, [&] { return a.metric("slo_prober_isolated") == 1; });
  CHECK(a.probes("t"));
  CHECK_FALSE(a.membership.holds("documents/queue"));
  CHECK(a.metric("slo_prober_membership_up") == 0);
  server.start();
  run_until(io, [&] { return a.metric("slo_prober_isolated") == 0 && a.membership.holds("documents/queue"); });
}

TEST_CASE("an exclusive probe's lease has one holder, and passes on when that one dies") {
  testing::RedisServer server;
  asio::io_context io, mortal;
  Replica a(io, server, 500ms);
  std::optional<Replica> b(std::in_place, mortal, server, 500ms);
  b->membership.want_leases({"documents/queue"});
  run_until(mortal, [&] { return b->membership.holds("documents/queue"); });
  a.membership.want_leases({"documents/queue"});
  run_until(io, [&] { return a.shard && a.shard->members.size() == 2; });
  CHECK_FALSE((a.membership.holds("documents/queue") && b->membership.holds("documents/queue")));
  run_until(io, [&] { return a.membership.holds("documents/queue"); });
  CHECK_FALSE(b->membership.holds("documents/queue"));
}

TEST_CASE("an emptied registry does not shuffle the shares") {
  testing::RedisServer server;
  asio::io_context io;
  Replica a(io, server, 2s), b(io, server, 2s);
  run_until(io, [&] { return a.shard && b.shard && a.shard->members.size() == 2 && b.shard->members.size() == 2; });
  server.command({"FLUSHALL"});
  auto const limit = Deadline::after(1500ms);
  while (!limit.expired()) {
    io.run_one_for(20ms);
    REQUIRE(owners("t1", a, b) == 1);
    REQUIRE(a.shard->members.size() == 2);
  }
}
