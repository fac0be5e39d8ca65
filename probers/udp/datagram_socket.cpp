#include "probers/udp/datagram_socket.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/errc.hpp>
#include <sstream>
#include <vector>

namespace fleet::probers {

using asio::ip::udp;
using net::FailureKind;
using net::Step;

struct DatagramSocket::State {
  State(const asio::any_io_executor& executor, Deadline deadline)
      : socket(executor), timer(executor, deadline.when()) {}
  udp::socket socket;
  asio::steady_timer timer;
  bool expired = false;
};

namespace {

[[noreturn]] void fail(Step step, FailureKind kind, const std::string& what) {
  throw net::Failure(step, kind, what);
}

std::string shown(const udp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

FailureKind kind_of_datagram(const boost::system::error_code& error) {
  namespace errc = boost::system::errc;
  if (error == errc::connection_refused) return FailureKind::refused;
  if (error == errc::message_size) return FailureKind::too_large;
  return FailureKind::unreachable;
}

}  // namespace

DatagramSocket::DatagramSocket(asio::any_io_executor executor, const asio::ip::address& peer,
                               std::uint16_t port, const std::optional<asio::ip::address>& source,
                               Deadline deadline)
    : state_(std::make_shared<State>(executor, deadline)) {
  udp::endpoint const remote(peer, port);
  peer_ = shown(remote);
  auto& socket = state_->socket;
  boost::system::error_code error;
  socket.open(remote.protocol(), error);
  if (!error && source) {
    socket.bind(udp::endpoint(*source, 0), error);
    if (error)
      fail(Step::connect, FailureKind::unreachable, "bind " + source->to_string() + ": " + error.message());
  }
  if (!error) socket.connect(remote, error);
  if (!error) socket.non_blocking(true, error);
  if (error) fail(Step::connect, kind_of_datagram(error), "connect " + peer_ + ": " + error.message());
  // The timer's handler runs after this object is gone if both end in the same turn of the loop.
  state_->timer.async_wait([weak = std::weak_ptr<State>(state_)](const boost::system::error_code& cancelled) {
    auto const state = weak.lock();
    if (cancelled || !state) return;
    state->expired = true;
    boost::system::error_code ignored;
    state->socket.cancel(ignored);
  });
}

DatagramSocket::~DatagramSocket() { state_->timer.cancel(); }

void DatagramSocket::send(std::string_view octets) {
  boost::system::error_code error;
  state_->socket.send(asio::buffer(octets.data(), octets.size()), 0, error);
  if (error) fail(Step::send, kind_of_datagram(error), "send to " + peer_ + ": " + error.message());
}

awaitable<std::string> DatagramSocket::receive() {
  // One buffer for all sockets of the thread: what waits costs no memory.
  thread_local std::vector<char> buffer(65536);
  auto const state = state_;
  while (true) {
    // Each datagram costs a turn of the loop: a peer that floods us keeps neither the timer nor other probes
    // from running.
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    if (!state->expired) co_await state->socket.async_wait(udp::socket::wait_read, std::move(token));
    if (state->expired) fail(Step::processing, FailureKind::timeout, "timed out: answer of " + peer_);
    if (error) throw boost::system::system_error(error);
    auto const size = state->socket.receive(asio::buffer(buffer), 0, error);
    if (!error) co_return std::string(buffer.data(), size);
    if (error != asio::error::would_block) {
      fail(Step::processing, kind_of_datagram(error), "answer of " + peer_ + ": " + error.message());
    }
  }
}

awaitable<DatagramAnswer> ask(std::vector<asio::ip::address> addresses, std::uint16_t port,
                              std::optional<asio::ip::address> source, std::string octets,
                              std::function<bool(std::string_view)> accept, Deadline deadline) {
  if (source) std::erase_if(addresses, [&](auto const& address) { return address.is_v4() != source->is_v4(); });
  std::optional<net::Failure> failure;
  auto const executor = co_await asio::this_coro::executor;
  for (auto const& address : addresses) {
    try {
      DatagramAnswer answer;
      answer.address = address;
      auto const begin = Deadline::Clock::now();
      DatagramSocket socket(executor, address, port, source, deadline);
      auto const connected = Deadline::Clock::now();
      answer.connect = connected - begin;
      socket.send(octets);
      do {
        answer.octets = co_await socket.receive();
      } while (accept && !accept(answer.octets));
      answer.request = Deadline::Clock::now() - connected;
      co_return answer;
    } catch (const net::Failure& why) {
      failure = why;
    }
    if (failure->kind != FailureKind::refused && failure->kind != FailureKind::unreachable) break;
  }
  if (failure) throw net::Failure(*failure);
  throw net::Failure(Step::connect, FailureKind::unreachable,
                     "connect: no address of the source address' family");
}

}  // namespace fleet::probers
