// Connections of the redis and documents probes: where to, with what, and why there is none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/secret.hpp"
#include "core/net/stream.hpp"
#include "core/redis/connection.hpp"
#include "core/redis/reply_reader.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

namespace facts {
inline constexpr FactKind redis_phase_duration{"probe_redis_duration_seconds",
                                               "Duration of the last attempt by phase: resolve, connect, tls, "
                                               "auth, then what the checks do: ping; set, get, "
                                               "del; attach, enqueue, dequeue; replication, replicate."};
}  // namespace facts

struct RedisAddress {
  std::string host;
  std::uint16_t port = 6379;
  std::optional<int> database;  ///< in place of the options' own
  bool tls = false;             ///< "rediss://"

  /// "host:port", with brackets around an IPv6 address.
  std::string label() const;
};
/// "host", "host:port", "[v6]:port", each with "/database" behind it and "redis://" or "rediss://" before it.
/// Throws BadTarget, also for credentials and parameters in a URL: they belong into the options.
RedisAddress parse_redis_address(std::string_view text);

/// What every connection of a module has in common.
struct RedisConnectionOptions {
  std::string username;     ///< ACL user; empty: the default user
  config::Secret password;  ///< empty: no AUTH
  int database = 0;
  net::DialOptions dial;
  std::shared_ptr<const net::TlsContext> tls;  ///< null: plain; a rediss:// address needs one
  std::string server_name;                     ///< for TLS, unless its options name one; empty: the host
};

/// Why something with Redis came to nothing. what() is one line without secrets that begins with the server.
class RedisFailure : public std::runtime_error {
 public:
  RedisFailure(Reason why, std::string_view at, const std::string& what)
      : std::runtime_error(what), reason(why), step(at) {}
  Reason reason;
  std::string_view step;  ///< of opening: "resolve", "connect", "tls", "auth", "select"; else empty
};

/// What an error reply amounts to: `unauthorized` (NOAUTH, WRONGPASS, NOPERM, DENIED), else `redis_error`.
Reason reason_of_redis_error(std::string_view text);

/// One connection on a Stream, so that its phases, its address and its TLS are known and the allow-list of
/// networks holds (core/redis has clients that live long and know none of these). Never used again after a
/// RedisFailure but one of checked(). One io thread.
class RedisConnection {
 public:
  /// Resolves, connects, shakes hands, authenticates and selects the database: a new connection each time, as
  /// somebody who comes now pays for it. Adds phases, facts of address and TLS to `result` unless it is null.
  /// Throws RedisFailure.
  static awaitable<std::unique_ptr<RedisConnection>> open(RedisAddress address, RedisConnectionOptions options,
                                                          Attempt attempt, ProbeResult* result);

  /// Sends the pipeline and reads as many replies, error replies among them; they live here until the next
  /// call. `pipeline` must outlive the call. Throws RedisFailure.
  awaitable<std::span<const redis::Reply>> run(const redis::Pipeline& pipeline, Deadline deadline);
  /// The halves of run(), for a command that blocks.
  awaitable<void> send(const redis::Pipeline& pipeline, Deadline deadline);
  awaitable<std::span<const redis::Reply>> receive(std::size_t replies, Deadline deadline);

  /// The reply; throws RedisFailure if it is an error.
  redis::Reply checked(redis::Reply reply) const;
  /// The replies of `MULTI, ..., EXEC`: the array that EXEC gave. Throws RedisFailure with the first error.
  redis::Reply checked_transaction(std::span<const redis::Reply> replies) const;
  const std::string& server() const { return server_; }

 private:
  RedisConnection(net::Stream stream, std::string server, config::Secret password);
  awaitable<void> greet(RedisConnectionOptions options, int database, Deadline deadline);
  std::string described(std::string_view text) const;

  net::Stream stream_;
  std::string server_;
  config::Secret password_;
  redis::ReplyReader reader_;
  std::vector<std::unique_ptr<redis::ReplyArena>> arenas_;
  std::vector<redis::Reply> replies_;
};

/// Adds the time until its end to a phase, however the scope ends. What it refers to must outlive it.
class PhaseTimer {
 public:
  PhaseTimer(PhaseSeconds* phases, std::string_view name) : phases_(phases), name_(name) {}
  ~PhaseTimer() {
    if (phases_) add_phase(*phases_, name_, elapsed());
  }
  PhaseTimer(const PhaseTimer&) = delete;
  std::chrono::nanoseconds elapsed() const { return Deadline::Clock::now() - begin_; }

 private:
  PhaseSeconds* phases_;
  std::string_view name_;
  Deadline::Clock::time_point begin_ = Deadline::Clock::now();
};

}  // namespace fleet::probers
