#include "probers/sharding/membership.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <random>

#include "core/app/logging.hpp"

namespace fleet::probers {

namespace {

using Clock = Deadline::Clock;

// KEYS: members, fence counter. ARGV: id, lease in ms, then the names of wanted leases.
// Answers: whether this member was known, the members, the fence of each wanted lease (0: another holds it).
constexpr std::string_view renew_script = R"(
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
local fences = {}
for i = 3, #ARGV do
  local key = KEYS[2] .. ':' .. ARGV[i]
  local owner = redis.call('HGET', key, 'owner')
  if not owner then
    redis.call('HSET', key, 'owner', ARGV[1], 'fence', redis.call('INCR', KEYS[2]))
    owner = ARGV[1]
  end
  if owner == ARGV[1] then
    redis.call('PEXPIRE', key, ARGV[2])
    fences[#fences + 1] = tonumber(redis.call('HGET', key, 'fence'))
  else
    fences[#fences + 1] = 0
  end
end
return {known, redis.call('ZRANGE', KEYS[1], 0, -1), fences}
)";

constexpr std::string_view leave_script = R"(
redis.call('ZREM', KEYS[1], ARGV[1])
for i = 2, #ARGV do
  local key = KEYS[2] .. ':' .. ARGV[i]
  if redis.call('HGET', key, 'owner') == ARGV[1] then redis.call('DEL', key) end
end
return 1
)";

std::string make_id() {
  char host[256] = "replica";
  ::gethostname(host, sizeof host - 1);
  std::random_device random;
  return std::string(host) + ":" + std::to_string(::getpid()) + ":" + std::to_string(random());
}

}  // namespace

struct Membership::State {
  State(asio::any_io_executor where, MembershipOptions what, Instruments& instruments, Changed told)
      : executor(std::move(where)),
        options(std::move(what)),
        client(executor, options.redis),
        timer(executor),
        changed(std::move(told)),
        up(instruments.gauge("slo_prober_membership_up", "Whether the last renewal of the membership succeeded.")),
        isolated_gauge(instruments.gauge(
            "slo_prober_isolated", "Whether this replica goes on with its last known share because Redis is unreachable.")),
        members(instruments.gauge("slo_prober_members", "Replicas that share the targets.")),
        leases(instruments.gauge("slo_prober_leases_held", "Leases of exclusive probes that this replica holds.")) {
    shard.self = id;
  }

  redis::Pipeline command(std::string_view script, bool with_lease) const {
    auto const keys = options.key_prefix + ":members", fence = options.key_prefix + ":fence";
    auto const lease = std::to_string(options.lease.count());
    std::vector<std::string_view> words{"EVAL", script, "2", keys, fence, id};
    if (with_lease) words.push_back(lease);
    words.insert(words.end(), wanted.begin(), wanted.end());
    redis::Pipeline pipeline;
    pipeline.add(words);
    return pipeline;
  }

  void take(const redis::Reply& answer, Clock::time_point asked, const std::vector<std::string>& asked_for) {
    auto const now = Clock::now();
    bool const wiped = answer[0].integer() == 0 && now < valid_until.load() && !shard.members.empty();
    // An emptied registry (a Redis that restarted without its data) fills again within a renewal of each: until then
    // the shares that all knew stay in force.
    if (wiped) grace_until = now + options.lease / 2;
    Shard next;
    next.self = id;
    for (auto const member : answer[1]) next.members.emplace_back(member.text());
    std::sort(next.members.begin(), next.members.end());
    held.clear();
    std::size_t i = 0;
    for (auto const fence : answer[2]) {
      if (fence.integer() > 0) held[asked_for.at(i)] = asked + options.lease;
      ++i;
    }
    leases.set(static_cast<double>(held.size()));
    valid_until = asked + options.lease;
    set_isolated(false);
    if (now < grace_until || next == shard) return;
    shard = std::move(next);
    members.set(static_cast<double>(shard.members.size()));
    logging::info("shares of the targets change", {{"members", std::to_string(shard.members.size())}});
    changed(shard);
  }

  /// A renewal that was asked for before the lease ended proves nothing: this replica may have been frozen since, and
  /// the others gone on.
  void failed(const std::string& why, Clock::time_point asked) {
    if (up.value() != 0 || !told_failure) logging::warn("membership not renewed", {{"detail", why}});
    told_failure = true;
    up.set(0);
    if (asked < valid_until.load()) return;
    bool const first = shard.members.empty() && !isolated;
    set_isolated(true);
    if (first) changed(Shard());
  }

  void set_isolated(bool value) {
    if (value && !isolated) {
      logging::warn("isolated: this replica goes on with the share of the targets that it last knew",
                    {{"members", std::to_string(shard.members.size())}});
    }
    isolated = value;
    isolated_gauge.set(value ? 1 : 0);
  }

  asio::any_io_executor executor;
  MembershipOptions options;
  std::string id = make_id();
  redis::Client client;
  asio::steady_timer timer;
  Changed changed;
  Gauge& up;
  Gauge& isolated_gauge;
  Gauge& members;
  Gauge& leases;
  Shard shard;
  std::vector<std::string> wanted;
  std::map<std::string, Clock::time_point> held;  // until when
  std::atomic<Clock::time_point> valid_until{Clock::time_point::min()};
  std::atomic<bool> isolated{false};
  Clock::time_point grace_until = Clock::time_point::min();
  bool told_failure = false;
  bool stopped = false;
};

Membership::Membership(asio::any_io_executor executor, MembershipOptions options, Instruments& instruments,
                       Changed changed)
    : state_(std::make_shared<State>(std::move(executor), std::move(options), instruments, std::move(changed))) {}

Membership::~Membership() {
  state_->stopped = true;
  state_->timer.cancel();
}

void Membership::start() { asio::co_spawn(state_->executor, run(state_), asio::detached); }

awaitable<void> Membership::run(std::shared_ptr<State> state) {
  auto const pause = state->options.lease / 4;
  while (!state->stopped) {
    auto const asked = Clock::now();
    auto const asked_for = state->wanted;
    std::string failure;
    try {
      auto const replies = co_await state->client.run(state->command(renew_script, true), Deadline::after(pause));
      if (state->stopped) co_return;
      state->take(replies[0].checked(), asked, asked_for);
      if (state->up.value() != 1 && state->told_failure) logging::info("membership renewed again");
      state->up.set(1);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (!failure.empty()) state->failed(failure, asked);
    state->timer.expires_at(asked + pause);
    boost::system::error_code ignored;
    co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

awaitable<void> Membership::leave(Deadline deadline) {
  auto const state = state_;
  state->stopped = true;
  state->timer.cancel();
  try {
    co_await state->client.run(state->command(leave_script, false), deadline);
  } catch (const std::exception& error) {
    logging::warn("left without saying so; the others notice after a lease", {{"detail", error.what()}});
  }
}

void Membership::want_leases(std::vector<std::string> names) {
  if (names == state_->wanted) return;
  state_->wanted = std::move(names);
  state_->timer.cancel();  // ask for them now
}

bool Membership::may_probe() const {
  return Clock::now() < state_->valid_until.load() || state_->isolated.load();
}

bool Membership::holds(const std::string& name) const {
  auto const found = state_->held.find(name);
  return found != state_->held.end() && Clock::now() < found->second;
}

const std::string& Membership::id() const { return state_->id; }

}  // namespace fleet::probers
