#include "core/net/stream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/core/http/raw_server.hpp"
#include "tests/servers/coroutine.hpp"

using namespace fleet;
using namespace std::chrono_literals;
using testing::Peer;
using testing::RawServer;

namespace {

asio::ip::address address(const char* text) { return asio::ip::make_address(text); }

awaitable<net::Stream> dialed(std::uint16_t port, Deadline deadline = Deadline::after(10s)) {
  net::DialOptions options;
  auto connected = co_await net::dial("127.0.0.1", std::to_string(port), options, deadline);
  co_return std::move(connected.stream);
}

awaitable<std::string> read_to_end(net::Stream& stream) {
  std::string all;
  char bytes[4096];
  for (;;) {
    auto const count = co_await stream.read_some(asio::buffer(bytes));
    if (count == 0) co_return all;
    all.append(bytes, count);
  }
}

std::optional<net::Failure> dial_failure(std::vector<asio::ip::address> addresses, std::uint16_t port,
                                         Deadline deadline, std::optional<asio::ip::address> source = {}) {
  asio::io_context io;
  try {
    testing::run_on(io, [](auto list, auto number, auto from, auto limit) -> awaitable<void> {
      auto const number_text = std::to_string(number);
      co_await net::dial_addresses(list, number_text, from, limit);
    }(addresses, port, source, deadline));
  } catch (const net::Failure& failure) {
    return failure;
  }
  return {};
}

/// A port that nobody listens on.
std::uint16_t closed_port() {
  std::uint16_t port = 0;
  close(testing::listening_socket(1, port));
  return port;
}

/// Listens on 127.0.0.1 and lets no connection in: its queue is full.
class FullServer {
 public:
  FullServer() : listener_(testing::listening_socket(0, port_)) {
    asio::io_context io;
    for (int i = 0; i < 8; ++i) {
      fillers_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      auto const endpoint = asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port_);
      (void)connect(fillers_.back(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
    }
  }
  ~FullServer() {
    for (int const filler : fillers_) close(filler);
    close(listener_);
  }
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  int listener_;
  std::vector<int> fillers_;
};

awaitable<std::string> exchange(std::uint16_t port) {
  auto stream = co_await dialed(port);
  CHECK(stream.peer().port() == port);
  CHECK_FALSE(stream.is_tls());
  CHECK(stream.ssl() == nullptr);
  net::Stream moved(std::move(stream));
  co_await moved.write("GET / HTTP/1.0\r\n\r\n");
  auto const all = co_await read_to_end(moved);
  co_return all;
}

/// The error with which reading ends, after the first `bytes` that came.
awaitable<boost::system::error_code> read_error(net::Stream& stream) {
  try {
    co_await read_to_end(stream);
  } catch (const boost::system::system_error& error) {
    co_return error.code();
  }
  co_return boost::system::error_code();
}

awaitable<bool> read_times_out(net::Stream& stream) {
  char byte;
  try {
    co_await stream.read_some(asio::buffer(&byte, 1));
  } catch (const Timeout&) {
    co_return true;
  }
  co_return false;
}

}  // namespace

TEST_CASE("a stream is read to its orderly end") {
  std::string const body(300'000, 'x');
  RawServer const server([&](Peer& peer) {
    if (!peer.read_head().empty()) peer.send(body);
  });
  asio::io_context io;
  CHECK(testing::run_on(io, exchange(server.port())) == body);
}

TEST_CASE("a reset is an error, and writing to who has gone is one too, not a signal") {
  RawServer const server([](Peer& peer) {
    peer.read_head();
    peer.reset_on_close();
  });
  asio::io_context io;
  testing::run_on(io, [](std::uint16_t port) -> awaitable<void> {
    auto stream = co_await dialed(port);
    co_await stream.write("leave!\r\n\r\n");
    auto const error = co_await read_error(stream);
    CHECK(net::kind_of(error, net::Step::transfer) == net::FailureKind::reset);
    boost::system::error_code written;
    for (int i = 0; i < 2; ++i) {
      try {
        co_await stream.write("anybody there?");
      } catch (const boost::system::system_error& failure) {
        written = failure.code();
      }
    }
    CHECK(net::kind_of(written, net::Step::send) == net::FailureKind::reset);
  }(server.port()));
}

TEST_CASE("an operation ends by the deadline, which may be moved either way while it waits") {
  RawServer const server([](Peer& peer) { peer.sees_close(); });
  asio::io_context io;
  testing::run_on(io, [](std::uint16_t port) -> awaitable<void> {
    auto const began = Deadline::Clock::now();
    auto stream = co_await dialed(port, Deadline::after(100ms));
    bool timed_out = co_await read_times_out(stream);
    CHECK(timed_out);
    timed_out = co_await read_times_out(stream);  // without waiting at all
    CHECK(timed_out);
    CHECK(Deadline::Clock::now() - began >= 100ms);

    auto const executor = co_await asio::this_coro::executor;
    asio::steady_timer mover(executor, 50ms);
    stream.expires_at(Deadline::after(1h));
    mover.async_wait([&](auto) { stream.expires_at(Deadline::after(50ms)); });
    timed_out = co_await read_times_out(stream);
    CHECK(timed_out);

    auto const later = Deadline::after(300ms);
    stream.expires_at(Deadline::after(150ms));
    mover.expires_after(50ms);
    mover.async_wait([&, later](auto) { stream.expires_at(later); });
    timed_out = co_await read_times_out(stream);
    CHECK(timed_out);
    CHECK(later.expired());
  }(server.port()));
}

TEST_CASE("a peer that never stops neither starves others nor outlives the deadline") {
  RawServer const server([](Peer& peer) {
    std::string const block(65536, 'x');
    while (peer.send(block)) {
    }
  });
  asio::io_context io;
  testing::run_on(io, [](std::uint16_t port) -> awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto stream = co_await dialed(port, Deadline::after(300ms));
    int ticks = 0;
    asio::steady_timer ticker(executor);
    std::function<void()> tick = [&] {
      ticker.expires_after(10ms);
      ticker.async_wait([&](auto error) {
        if (error) return;
        ++ticks;
        tick();
      });
    };
    tick();
    bool timed_out = false;
    char byte;
    try {
      // Byte by byte there is always more to be had at once.
      for (;;) co_await stream.read_some(asio::buffer(&byte, 1));
    } catch (const Timeout&) {
      timed_out = true;
    }
    ticker.cancel();
    CHECK(timed_out);
    CHECK(ticks > 2);
    stream.close(true);
  }(server.port()));
}

TEST_CASE("a write waits for a slow reader, and does not wait for ever") {
  std::atomic<std::size_t> received = 0;
  std::atomic<bool> read_now = false;
  RawServer const server([&](Peer& peer) {
    while (!read_now) std::this_thread::sleep_for(5ms);
    char bytes[65536];
    for (;;) {
      auto const count = recv(peer.fd(), bytes, sizeof bytes, 0);
      if (count <= 0) return;
      received += static_cast<std::size_t>(count);
    }
  });
  std::string const much(64 * 1024 * 1024, 'w');
  asio::io_context io;
  testing::run_on(io, [](std::uint16_t port, const std::string& all, std::atomic<bool>& go) -> awaitable<void> {
    auto stream = co_await dialed(port, Deadline::after(200ms));
    bool timed_out = false;
    try {
      co_await stream.write(all);
    } catch (const Timeout&) {
      timed_out = true;
    }
    CHECK(timed_out);
    go = true;
    stream.close(true);
    auto second = co_await dialed(port);
    co_await second.write(all);
  }(server.port(), much, read_now));
  auto const patience = Deadline::after(10s);
  while (server.served() < 2 && !patience.expired()) std::this_thread::sleep_for(5ms);
  CHECK(received >= much.size());
}

TEST_CASE("closing with abort resets the connection") {
  std::atomic<int> last_error = -1;
  RawServer const server([&](Peer& peer) {
    char byte;
    auto const count = recv(peer.fd(), &byte, 1, 0);
    last_error = count < 0 ? errno : 0;
  });
  asio::io_context io;
  for (bool const abort : {true, false}) {
    auto const served = server.served();
    testing::run_on(io, [](std::uint16_t port, bool hard) -> awaitable<void> {
      auto stream = co_await dialed(port);
      stream.close(hard);
      boost::system::error_code const after = co_await read_error(stream);
      CHECK(after);
    }(server.port(), abort));
    auto const patience = Deadline::after(10s);
    while (server.served() == served && !patience.expired()) std::this_thread::sleep_for(5ms);
    CHECK(last_error == (abort ? ECONNRESET : 0));
  }
}

TEST_CASE("a refusal and a service that is unknown are what they are") {
  auto const port = closed_port();
  auto const refused = dial_failure({address("127.0.0.1")}, port, Deadline::after(10s));
  REQUIRE(refused);
  CHECK(refused->kind == net::FailureKind::refused);
  CHECK(refused->step == net::Step::connect);
  CHECK(refused->what() == "connect 127.0.0.1:" + std::to_string(port) + ": Connection refused");

  asio::io_context io;
  CHECK_THROWS_WITH(testing::run_on(io,
                                    []() -> awaitable<void> {
                                      net::DialOptions const options;
                                      auto const deadline = Deadline::after(10s);
                                      co_await net::dial("127.0.0.1", "no-such-service", options, deadline);
                                    }()),
                    "resolve port no-such-service: no such service");
}

TEST_CASE("the next address is tried when one refuses or swallows what it is sent") {
  FullServer const full;
  auto const swallowed = dial_failure({address("127.0.0.1")}, full.port(), Deadline::after(200ms));
  REQUIRE(swallowed);
  CHECK(swallowed->kind == net::FailureKind::timeout);

  // The same port on another loopback address.
  asio::io_context io;
  asio::ip::tcp::acceptor const open(io, {asio::ip::make_address("127.0.0.2"), full.port()});
  CHECK_FALSE(dial_failure({address("127.0.0.1"), address("127.0.0.2")}, full.port(), Deadline::after(1s)));
  asio::ip::tcp::acceptor const other(io, {asio::ip::make_address("127.0.0.2"), 0});
  CHECK_FALSE(dial_failure({address("127.0.0.1"), address("127.0.0.2")}, other.local_endpoint().port(),
                           Deadline::after(10s)));
}

TEST_CASE("a source address is bound, and only destinations of its family are tried") {
  std::string seen;
  RawServer const server([&](Peer& peer) {
    asio::ip::tcp::endpoint from;
    socklen_t length = static_cast<socklen_t>(from.capacity());
    getpeername(peer.fd(), from.data(), &length);
    from.resize(length);
    seen = from.address().to_string();
  });
  CHECK_FALSE(dial_failure({address("127.0.0.1")}, server.port(), Deadline::after(10s), address("127.0.0.9")));
  auto const patience = Deadline::after(10s);
  while (server.served() < 1 && !patience.expired()) std::this_thread::sleep_for(5ms);
  CHECK(seen == "127.0.0.9");

  auto const other_family =
      dial_failure({address("127.0.0.1")}, server.port(), Deadline::after(10s), address("::1"));
  REQUIRE(other_family);
  CHECK(other_family->kind == net::FailureKind::unreachable);
  auto const not_ours =
      dial_failure({address("127.0.0.1")}, server.port(), Deadline::after(10s), address("192.0.2.1"));
  REQUIRE(not_ours);
  CHECK(not_ours->kind == net::FailureKind::unreachable);
}

TEST_CASE("what is wanting on our side is not the other side's failure") {
  namespace errc = boost::system::errc;
  for (auto const want :
       {errc::too_many_files_open, errc::too_many_files_open_in_system, errc::no_buffer_space}) {
    for (auto const step : {net::Step::resolve, net::Step::connect, net::Step::send}) {
      CHECK(net::kind_of(make_error_code(want), step) == net::FailureKind::exhausted);
    }
  }
  CHECK(net::to_string(net::FailureKind::exhausted) == "exhausted");
}
