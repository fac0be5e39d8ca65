// One connection of a probe to a Redis server, with the failures of Redis as reasons.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "core/net/addresses.hpp"
#include "core/redis/connection.hpp"
#include "probers/connection_options.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

/// How a server is reached; the address comes from the target.
struct RedisAccess {
  redis::Options connection;
  net::AddressOptions address;
};

/// Why a step of a conversation with Redis failed.
class RedisFailure : public std::runtime_error {
 public:
  RedisFailure(Reason why, std::string at, const std::string& what)
      : std::runtime_error(what), reason(why), step(std::move(at)) {}
  Reason reason;
  std::string step;
};

/// The reason that stands for an error reply: NOAUTH, WRONGPASS and NOPERM are unauthorized, all others redis_error.
Reason reason_of_reply(std::string_view code);

/// Connects as a user would, on a connection of its own; the name is resolved first and only allowed addresses are dialled.
/// One io thread.
class RedisSession {
 public:
  /// Throws RedisFailure at step "resolve" or "connect", or "auth". Adds the phases resolve and connect (with AUTH and SELECT), and
  /// the facts of the address, to `result`.
  static awaitable<RedisSession> open(RedisAccess access, HostPort target, Deadline deadline, ProbeResult* result);

  /// Runs one command; throws RedisFailure at `step`. The reply lives until the next call. Its time is added to the phase `step`, a
  /// literal.
  awaitable<redis::Reply> run(redis::Pipeline command, std::string_view step, Deadline deadline, ProbeResult* result);

 private:
  std::unique_ptr<redis::Connection> connection_;
};

/// A command of these words.
redis::Pipeline redis_command(std::initializer_list<std::string_view> words);

}  // namespace fleet::probers
