#include "probers/redis/redis_connection.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>

#include "core/io/parse_number.hpp"
#include "probers/connection_options.hpp"

namespace fleet::probers {

namespace {

// Far above any answer to what the probes ask.
constexpr std::size_t most_bytes = std::size_t{4} << 20;
constexpr std::size_t read_size = std::size_t{8} << 10;
constexpr std::size_t longest_refusal = 200;

// What a server says of itself, as part of one line.
std::string printable(std::string_view text) {
  std::string line(text.substr(0, longest_refusal));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
  return line;
}

[[noreturn]] void rethrow(const std::string& server, const std::exception& error, std::string_view step) {
  if (dynamic_cast<const Timeout*>(&error)) {
    throw RedisFailure(Reason::timeout, step, server + ": no answer in time");
  }
  if (auto const* system = dynamic_cast<const boost::system::system_error*>(&error)) {
    throw RedisFailure(reason_of(net::kind_of(system->code(), net::Step::transfer)), step,
                       server + ": " + system->code().message());
  }
  if (dynamic_cast<const redis::ProtocolError*>(&error)) {
    throw RedisFailure(Reason::protocol, step, server + ": " + printable(error.what()));
  }
  throw;
}

awaitable<net::Dialed> dial(const RedisAddress& address, const net::DialOptions& options, Attempt attempt,
                            ProbeResult* result) {
  auto* const phases = result ? &result->phases : nullptr;
  std::vector<asio::ip::address> addresses;
  std::chrono::nanoseconds lookup{0};
  {
    PhaseTimer const timer(phases, "resolve");
    addresses = co_await net::addresses_of(address.host, options.address, attempt.deadline);
    lookup = timer.elapsed();
  }
  if (result) add_address_facts(result->facts, addresses.front(), lookup);
  PhaseTimer const timer(phases, "connect");
  auto dialed = co_await net::dial_addresses(std::move(addresses), std::to_string(address.port), options.source,
                                             attempt.deadline);
  if (result) add_address_facts(result->facts, dialed.peer.address(), lookup);
  co_return dialed;
}

}  // namespace

std::string RedisAddress::label() const {
  return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

RedisAddress parse_redis_address(std::string_view text) {
  RedisAddress address;
  if (text.starts_with("rediss://")) {
    address.tls = true;
    text.remove_prefix(9);
  } else if (text.starts_with("redis://")) {
    text.remove_prefix(8);
  } else if (text.find("://") != text.npos) {
    throw BadTarget("expected redis:// or rediss://, host:port or host:port/database");
  }
  if (text.find_first_of("@?#") != text.npos) {
    throw BadTarget("expected an address without credentials and parameters, which are options of the module");
  }
  auto const slash = std::min(text.find('/'), text.size());
  auto const database = text.substr(std::min(slash + 1, text.size()));
  if (!database.empty()) {
    auto const number = parse_number<unsigned>(database);
    if (!number || *number > 9999) throw BadTarget("expected a database number behind the slash");
    address.database = static_cast<int>(*number);
  }
  auto place = std::string(text.substr(0, slash));
  bool const port_given = place.find(':', place.starts_with('[') ? place.find(']') : 0) != place.npos;
  if (!port_given) place += ":6379";
  auto const parsed = parse_host_port(place);
  auto const port = parse_number<std::uint16_t>(parsed.port);
  if (!port) throw BadTarget("expected a port number");
  address.host = parsed.host;
  address.port = *port;
  return address;
}

Reason reason_of_redis_error(std::string_view text) {
  auto const code = text.substr(0, text.find(' '));
  bool const stranger = code == "NOAUTH" || code == "WRONGPASS" || code == "NOPERM" || code == "DENIED";
  return stranger ? Reason::unauthorized : Reason::redis_error;
}

RedisConnection::RedisConnection(net::Stream stream, std::string server, config::Secret password)
    : stream_(std::move(stream)), server_(std::move(server)), password_(std::move(password)) {}

awaitable<std::unique_ptr<RedisConnection>> RedisConnection::open(RedisAddress address,
                                                                  RedisConnectionOptions options,
                                                                  Attempt attempt, ProbeResult* result) {
  auto const server = address.label();
  auto* const phases = result ? &result->phases : nullptr;
  std::unique_ptr<RedisConnection> connection;
  try {
    auto dialed = co_await dial(address, options.dial, attempt, result);
    if (attempt.explains()) attempt.note("connected to " + dialed.peer.address().to_string());
    if (options.tls) {
      PhaseTimer const timer(phases, "tls");
      co_await dialed.stream.start_tls(*options.tls,
                                       options.server_name.empty() ? address.host : options.server_name);
      auto const tls = net::tls_facts(dialed.stream.ssl());
      if (result) add_tls_facts(result->facts, tls, false);
      if (attempt.explains()) attempt.note(tls.version + ", " + tls.cipher + ", " + tls.subject);
    }
    connection.reset(new RedisConnection(std::move(dialed.stream), server, options.password));
  } catch (const net::Failure& failure) {
    throw RedisFailure(reason_of(failure.kind), net::to_string(failure.step), failure.what());
  }
  auto const database = address.database.value_or(options.database);
  if (!options.password.empty() || database != 0) {
    PhaseTimer const timer(phases, "auth");
    co_await connection->greet(std::move(options), database, attempt.deadline);
  }
  co_return connection;
}

awaitable<void> RedisConnection::greet(RedisConnectionOptions options, int database, Deadline deadline) {
  redis::Pipeline pipeline;
  std::vector<std::string_view> words{"AUTH"};
  if (!options.username.empty()) words.push_back(options.username);
  words.push_back(options.password.reveal());
  if (!options.password.empty()) pipeline.add(words);
  auto const number = std::to_string(database);
  bool const select = database != 0;
  words.assign({"SELECT", number});
  if (select) pipeline.add(words);
  std::span<const redis::Reply> replies;
  try {
    replies = co_await run(pipeline, deadline);
  } catch (const RedisFailure& failure) {
    throw RedisFailure(failure.reason, "auth", failure.what());
  }
  if (!options.password.empty() && replies.front().is_error()) {
    auto const text = replies.front().error_text();
    // Whatever a server has against AUTH, be it that it has no passwords, keeps its clients out.
    auto const reason = text.starts_with("LOADING") ? Reason::redis_error : Reason::unauthorized;
    throw RedisFailure(reason, "auth", described(text));
  }
  if (select && replies.back().is_error()) {
    auto const text = replies.back().error_text();
    throw RedisFailure(reason_of_redis_error(text), "select", described(text));
  }
}

awaitable<std::span<const redis::Reply>> RedisConnection::run(const redis::Pipeline& pipeline,
                                                              Deadline deadline) {
  co_await send(pipeline, deadline);
  co_return co_await receive(pipeline.size(), deadline);
}

awaitable<void> RedisConnection::send(const redis::Pipeline& pipeline, Deadline deadline) {
  stream_.expires_at(deadline);
  try {
    co_await stream_.write(pipeline.wire());
  } catch (const std::exception& error) {
    rethrow(server_, error, "");
  }
}

awaitable<std::span<const redis::Reply>> RedisConnection::receive(std::size_t count, Deadline deadline) {
  stream_.expires_at(deadline);
  replies_.clear();
  while (arenas_.size() < count) arenas_.push_back(std::make_unique<redis::ReplyArena>());
  std::size_t complete = 0, received = 0;
  try {
    for (;;) {
      while (complete < count && reader_.next(*arenas_[complete])) ++complete;
      if (complete == count) break;
      auto const room = reader_.prepare(read_size);
      auto const size = co_await stream_.read_some(asio::buffer(room.data(), room.size()));
      if (size == 0) throw boost::system::system_error(asio::error::make_error_code(asio::error::eof));
      received += size;
      if (received > most_bytes) {
        throw RedisFailure(Reason::too_large, "", server_ + ": the answer exceeds 4 MiB");
      }
      reader_.commit(size);
    }
    // What is left over would be taken for the answer to the next command.
    if (!reader_.empty()) throw redis::ProtocolError("sent more than it was asked for");
  } catch (const RedisFailure&) {
    throw;
  } catch (const std::exception& error) {
    rethrow(server_, error, "");
  }
  for (std::size_t n = 0; n < count; ++n) replies_.emplace_back(arenas_[n].get(), 0);
  co_return std::span<const redis::Reply>(replies_);
}

redis::Reply RedisConnection::checked(redis::Reply reply) const {
  if (!reply.is_error()) return reply;
  auto const text = reply.error_text();
  throw RedisFailure(reason_of_redis_error(text), "", described(text));
}

redis::Reply RedisConnection::checked_transaction(std::span<const redis::Reply> replies) const {
  for (auto const& reply : replies) checked(reply);
  auto const results = replies.back();
  if (results.is_nil()) throw redis::ProtocolError("nil in answer to EXEC, without WATCH");
  for (auto const result : results) checked(result);
  return results;
}

// A server that does not know AUTH may repeat its arguments.
std::string RedisConnection::described(std::string_view text) const {
  bool const leaks = !password_.empty() && text.find(password_.reveal()) != text.npos;
  return server_ + ": " + (leaks ? "an error that repeats the password" : printable(text));
}

}  // namespace fleet::probers
