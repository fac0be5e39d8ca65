#include "probers/redis/redis_probe.hpp"

#include "core/io/seconds.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view expiry_ms = "60000";
constexpr auto poll_pause = 5ms;

}  // namespace

RedisProbe::RedisProbe(HostPort target, std::shared_ptr<const RedisProbeOptions> options)
    : target_(std::move(target)), options_(std::move(options)) {}

awaitable<ProbeResult> RedisProbe::attempt(Attempt attempt) {
  ProbeResult result;
  try {
    co_await run(attempt, &result);
  } catch (const RedisFailure& failure) {
    result.fail(failure.reason, failure.step, failure.what());
  }
  co_return result;
}

awaitable<void> RedisProbe::run(Attempt attempt, ProbeResult* result) const {
  auto session = co_await RedisSession::open(options_->access, target_, attempt.deadline, result);
  auto ping = redis_command({"PING"});
  auto const pong = co_await session.run(std::move(ping), "ping", attempt.deadline, result);
  if (pong.type() != redis::ReplyType::status || pong.text() != "PONG")
    throw RedisFailure(Reason::protocol, "ping", "the answer to PING is not PONG");
  if (attempt.explains()) attempt.note("PING answered");
  if (options_->set_get) co_await set_and_get(&session, attempt, result);
  if (options_->queue) co_await pass_through_queue(&session, attempt, result);
  if (options_->replication) co_await check_replication(&session, attempt, result);
}

// Attempts may overlap: each has keys of its own.
std::string RedisProbe::key(const char* what, const Attempt& attempt) const {
  return options_->key_prefix + what + ":" + attempt.trace.trace_id();
}

awaitable<void> RedisProbe::set_and_get(RedisSession* session, Attempt attempt, ProbeResult* result) const {
  auto const name = key("value", attempt), value = attempt.trace.traceparent();
  auto set = redis_command({"SET", name, value, "PX", expiry_ms});
  co_await session->run(std::move(set), "set", attempt.deadline, result);
  auto get = redis_command({"GET", name});
  auto const read = co_await session->run(std::move(get), "get", attempt.deadline, result);
  if (read.is_nil()) throw RedisFailure(Reason::redis_value, "get", "what was just written is not there");
  if (read.type() != redis::ReplyType::string || read.text() != value)
    throw RedisFailure(Reason::redis_value, "get", "another value came back than was written");
  auto remove = redis_command({"DEL", name});
  co_await session->run(std::move(remove), "delete", attempt.deadline, result);
}

awaitable<void> RedisProbe::pass_through_queue(RedisSession* session, Attempt attempt, ProbeResult* result) const {
  auto const name = key("queue", attempt), value = attempt.trace.traceparent();
  auto consumer = co_await RedisSession::open(options_->access, target_, attempt.deadline, result);
  auto const begin = Deadline::Clock::now();
  // Pushed and given its expiry in one go: a prober that dies here leaves nothing for ever.
  redis::Pipeline push;
  push.add({"EVAL", "redis.call('LPUSH', KEYS[1], ARGV[1]) return redis.call('PEXPIRE', KEYS[1], ARGV[2])", "1", name,
            value, expiry_ms});
  co_await session->run(std::move(push), "enqueue", attempt.deadline, result);
  auto pop = redis_command({"RPOP", name});
  auto const popped = co_await consumer.run(std::move(pop), "dequeue", attempt.deadline, result);
  if (popped.is_nil()) throw RedisFailure(Reason::redis_value, "dequeue", "what was enqueued is not there");
  if (popped.type() != redis::ReplyType::string || popped.text() != value)
    throw RedisFailure(Reason::redis_value, "dequeue", "another value came out of the queue than went in");
  result->facts.set(facts::redis_queue, seconds(Deadline::Clock::now() - begin));
}

awaitable<void> RedisProbe::check_replication(RedisSession* session, Attempt attempt, ProbeResult* result) const {
  auto info = redis_command({"INFO", "replication"});
  auto const reply = co_await session->run(std::move(info), "replication", attempt.deadline, result);
  auto const state = read_replication(reply.text());
  result->facts.set(facts::redis_role, {{"role", state.role}}, 1);
  if (state.role == "master") {
    result->facts.set(facts::redis_replicas, static_cast<double>(state.online()));
    for (auto const& replica : state.replicas)
      result->facts.set(facts::redis_behind, {{"replica", replica.address}}, static_cast<double>(replica.behind_bytes));
  }
  if (auto const missed = missed_goal(state, options_->goal))
    throw RedisFailure(Reason::redis_replication, "replication", *missed);
  if (options_->replicas.empty()) co_return;

  auto const name = key("replica", attempt), value = attempt.trace.traceparent();
  auto set = redis_command({"SET", name, value, "PX", expiry_ms});
  co_await session->run(std::move(set), "set", attempt.deadline, result);
  auto const written = Deadline::Clock::now();
  for (auto const& replica : options_->replicas)
    co_await await_on_replica(replica, name, value, written, attempt, result);
  auto remove = redis_command({"DEL", name});
  co_await session->run(std::move(remove), "delete", attempt.deadline, result);
}

awaitable<void> RedisProbe::await_on_replica(HostPort replica, std::string name, std::string value,
                                             Deadline::Clock::time_point written, Attempt attempt,
                                             ProbeResult* result) const {
  auto const address = replica.host + ":" + replica.port;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  ProbeResult unphased;  // the polls are one phase
  auto session = co_await RedisSession::open(options_->access, replica, attempt.deadline, &unphased);
  for (;;) {
    auto get = redis_command({"GET", name});
    auto const read = co_await session.run(std::move(get), "replicate", attempt.deadline, &unphased);
    auto const lag = Deadline::Clock::now() - written;
    bool const arrived = read.type() == redis::ReplyType::string && read.text() == value;
    if (arrived && lag <= options_->max_lag) {
      add_phase(result->phases, "replicate", lag);
      result->facts.set(facts::redis_lag, {{"replica", address}}, seconds(lag));
      co_return;
    }
    if (lag > options_->max_lag) {
      throw RedisFailure(Reason::redis_replication, "replicate",
                         "replica " + address + " did not show a write within " +
                             std::to_string(options_->max_lag / 1ms) + " ms");
    }
    if (attempt.deadline.remaining() <= poll_pause)
      throw RedisFailure(Reason::timeout, "replicate", "timed out: replica " + address + " does not show a write");
    timer.expires_after(poll_pause);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace fleet::probers
