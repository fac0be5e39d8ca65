#include "core/io/resolve.hpp"

#include <catch2/catch.hpp>

#include "tests/core/io/run_coroutine.hpp"

using namespace fleet;
using namespace std::chrono_literals;
using asio::ip::tcp;

namespace {

awaitable<void> literal() {
  auto const v4 = co_await io::resolve("127.0.0.1", "80", Deadline::after(1s));
  CHECK(v4 == std::vector<tcp::endpoint>{{asio::ip::make_address("127.0.0.1"), 80}});
  auto const v6 = co_await io::resolve("::1", "65535", Deadline::after(1s));
  CHECK(v6.at(0).port() == 65535);
  auto const named = co_await io::resolve("localhost", "443", Deadline::after(10s));
  CHECK(named.at(0).address().is_loopback());
}

awaitable<void> unknown_name() {
  std::string text;
  try {
    co_await io::resolve("no-such-host.invalid", "80", Deadline::after(30s));
  } catch (const boost::system::system_error& error) {
    text = error.what();
  }
  CHECK(text.starts_with("look up no-such-host.invalid: "));
}

awaitable<void> refused_then_accepted(tcp::endpoint closed, tcp::endpoint open) {
  std::vector<tcp::endpoint> both;
  both.push_back(closed);
  both.push_back(open);
  auto const socket = co_await io::connect(both, Deadline::after(5s));
  CHECK(socket.remote_endpoint() == open);
  std::vector<tcp::endpoint> const only_closed(1, closed);
  boost::system::error_code code;
  try {
    co_await io::connect(only_closed, Deadline::after(5s));
  } catch (const boost::system::system_error& error) {
    code = error.code();
  }
  CHECK(code == asio::error::connection_refused);
}

}  // namespace

TEST_CASE("literal addresses and names resolve") {
  asio::io_context io;
  testing::run_coroutine(io, literal());
}

TEST_CASE("an unknown name is an error that names it") {
  asio::io_context io;
  testing::run_coroutine(io, unknown_name());
}

TEST_CASE("connect tries each endpoint; a refusal is a refusal, not a timeout") {
  asio::io_context io;
  tcp::acceptor open(io, {asio::ip::address_v4::loopback(), 0});
  tcp::endpoint closed;
  {
    tcp::acceptor gone(io, {asio::ip::address_v4::loopback(), 0});
    closed = gone.local_endpoint();
  }
  testing::run_coroutine(io, refused_then_accepted(closed, open.local_endpoint()));
}
