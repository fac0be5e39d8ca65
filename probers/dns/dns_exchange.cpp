#include "probers/dns/dns_exchange.hpp"

#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/system/system_error.hpp>

#include "probers/udp/datagram_socket.hpp"

namespace fleet::probers::dns {

using net::FailureKind;
using net::Step;

namespace {

net::Failure protocol_failure(const std::string& what) {
  return {Step::processing, FailureKind::protocol, what};
}

awaitable<std::string> read_exactly(net::Stream& stream, std::size_t size) {
  std::string octets(size, '\0');
  for (std::size_t done = 0; done < size;) {
    auto const got = co_await stream.read_some(asio::buffer(octets.data() + done, size - done));
    if (got == 0)
      throw net::Failure(Step::processing, FailureKind::reset, "the server closed without a response");
    done += got;
  }
  co_return octets;
}

/// Messages over a stream have their length before them (RFC 1035 section 4.2.2), in the same segment if the
/// server is to take it well (RFC 7766 section 8).
awaitable<std::string> exchange_octets(net::Stream& stream, std::string query) {
  std::string framed{static_cast<char>(query.size() >> 8), static_cast<char>(query.size() & 0xFF)};
  framed += query;
  co_await stream.write(framed);
  auto const prefix = co_await read_exactly(stream, 2);
  auto const size = static_cast<std::size_t>(static_cast<unsigned char>(prefix[0])) << 8 |
                    static_cast<unsigned char>(prefix[1]);
  co_return co_await read_exactly(stream, size);
}

awaitable<std::string> exchange_before_deadline(net::Stream& stream, std::string query) {
  try {
    co_return co_await exchange_octets(stream, std::move(query));
  } catch (const Timeout&) {
    throw net::Failure(Step::processing, FailureKind::timeout, "timed out: response");
  } catch (const boost::system::system_error& error) {
    throw net::Failure(Step::processing, net::kind_of(error.code(), Step::processing),
                       "response: " + error.code().message());
  }
}

}  // namespace

std::uint16_t random_id() {
  std::uint16_t id = 0;
  if (getentropy(&id, sizeof id) != 0) throw std::runtime_error("the system has no random numbers");
  return id;
}

std::optional<Message> response_to(const Query& query, std::string_view octets) {
  auto const id = peek_id(octets);
  if (!id || *id != query.id) return std::nullopt;
  Message message;
  try {
    message = decode(octets);
  } catch (const Malformed& malformed) {
    throw protocol_failure(std::string("malformed response: ") + malformed.what());
  }
  if (!message.response) throw protocol_failure("the server sent a query back");
  bool const ours = message.questions.empty()
                        ? message.rcode != 0
                        : message.questions.size() == 1 && same_question(message.questions[0], query.question);
  if (!ours) return std::nullopt;
  return message;
}

awaitable<Response> exchange_udp(Server server, Query query, Deadline deadline) {
  Response response;
  int ignored = 0;
  auto const octets = encode_query(query.id, query.question, query.recursion_desired);
  // Refers to this frame, which outlives the call that uses it.
  std::function<bool(std::string_view)> const accept = [&](std::string_view candidate) {
    auto message = response_to(query, candidate);
    if (!message) {
      ++ignored;
      return false;
    }
    response.message = std::move(*message);
    response.size = candidate.size();
    return true;
  };
  try {
    auto answer = co_await ask(server.addresses, server.port, server.source, octets, accept, deadline);
    response.address = answer.address;
    response.connect = answer.connect;
    response.request = answer.request;
  } catch (const net::Failure& failure) {
    if (ignored == 0) throw;
    throw net::Failure(
        failure.step, failure.kind,
        std::string(failure.what()) + ", ignored " + std::to_string(ignored) + " with another id or question");
  }
  co_return response;
}

awaitable<Response> exchange_stream(Server server, Query query, const net::TlsContext* tls, std::string name,
                                    Deadline deadline) {
  auto const begin = Deadline::Clock::now();
  auto const port = std::to_string(server.port);
  auto dialed = co_await net::dial_addresses(server.addresses, port, server.source, deadline);
  Response response;
  response.address = dialed.peer.address();
  if (tls) {
    co_await dialed.stream.start_tls(*tls, name);
    response.tls = net::tls_facts(dialed.stream.ssl());
  }
  auto const connected = Deadline::Clock::now();
  response.connect = connected - begin;
  auto const query_octets = encode_query(query.id, query.question, query.recursion_desired);
  auto const octets = co_await exchange_before_deadline(dialed.stream, query_octets);
  response.request = Deadline::Clock::now() - connected;
  response.size = octets.size();
  dialed.stream.close(true);
  auto message = response_to(query, octets);
  if (!message) throw protocol_failure("the response has another id or question");
  response.message = std::move(*message);
  co_return response;
}

}  // namespace fleet::probers::dns
