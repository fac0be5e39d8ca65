#include "probers/redis/redis_session.hpp"

#include <boost/system/system_error.hpp>

namespace fleet::probers {

namespace {

/// What a Redis connection throws, as a failure of that step. Call it in a handler.
RedisFailure present_failure(std::string_view step) {
  std::string const at(step);
  try {
    throw;
  } catch (const RedisFailure& failure) {
    return failure;
  } catch (const net::Failure& failure) {
    return {reason_of(failure.kind), std::string(net::to_string(failure.step)), failure.what()};
  } catch (const Timeout& timeout) {
    return {Reason::timeout, at, timeout.what()};
  } catch (const redis::ReplyError& error) {
    auto const reason = reason_of_reply(error.code());
    return {reason, reason == Reason::unauthorized ? "auth" : at, error.what()};
  } catch (const redis::ProtocolError& error) {
    return {Reason::protocol, at, error.what()};
  } catch (const boost::system::system_error& error) {
    auto const kind = net::kind_of(error.code(), at == "connect" ? net::Step::connect : net::Step::processing);
    return {reason_of(kind), at, error.what()};
  }
}

}  // namespace

Reason reason_of_reply(std::string_view code) {
  bool const refused = code == "NOAUTH" || code == "WRONGPASS" || code == "NOPERM";
  return refused ? Reason::unauthorized : Reason::redis_error;
}

awaitable<RedisSession> RedisSession::open(RedisAccess access, HostPort target, Deadline deadline,
                                           ProbeResult* result) {
  std::string_view step = "resolve";
  try {
    auto const begin = Deadline::Clock::now();
    auto const addresses = co_await net::addresses_of(target.host, access.address, deadline);
    auto const resolved = Deadline::Clock::now();
    add_phase(result->phases, "resolve", resolved - begin);
    add_address_facts(result->facts, addresses.front(), resolved - begin);
    step = "connect";
    auto options = access.connection;
    options.port = static_cast<std::uint16_t>(std::stoul(target.port));
    RedisSession session;
    for (std::size_t i = 0; !session.connection_; ++i) {
      bool const last = i + 1 == addresses.size();
      auto const share = deadline.remaining() / static_cast<long>(addresses.size() - i);
      options.host = addresses[i].to_string();
      options.connect_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(share);
      try {
        session.connection_ = co_await redis::Connection::open(options, deadline.or_after(share));
      } catch (const boost::system::system_error&) {
        if (last) throw;
      } catch (const Timeout&) {
        if (last) throw;
      }
    }
    add_phase(result->phases, "connect", Deadline::Clock::now() - resolved);
    co_return session;
  } catch (...) {
    throw present_failure(step);
  }
}

awaitable<redis::Reply> RedisSession::run(redis::Pipeline command, std::string_view step, Deadline deadline,
                                          ProbeResult* result) {
  auto const begin = Deadline::Clock::now();
  try {
    auto const replies = co_await connection_->run(command, deadline);
    add_phase(result->phases, step, Deadline::Clock::now() - begin);
    co_return replies[0].checked();
  } catch (...) {
    throw present_failure(step);
  }
}

redis::Pipeline redis_command(std::initializer_list<std::string_view> words) {
  redis::Pipeline pipeline;
  pipeline.add(words);
  return pipeline;
}

}  // namespace fleet::probers
