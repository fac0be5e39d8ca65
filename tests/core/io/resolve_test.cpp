#include "core/io/resolve.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/core/io/dns_server.hpp"
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

/// A resolv.conf of the test's own.
class ResolvConf {
 public:
  explicit ResolvConf(const std::string& text) {
    int const file = mkstemp(path_.data());
    if (file < 0) throw std::runtime_error("cannot make " + path_);
    ::close(file);
    write(text);
  }
  ~ResolvConf() { std::filesystem::remove(path_); }
  void write(const std::string& text) { std::ofstream(path_, std::ios::trunc) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/resolv_conf_XXXXXX";
};

awaitable<std::string> first_address(std::string name) {
  auto const found = co_await io::resolve(name, "80", Deadline::after(10s));
  co_return found.front().address().to_string();
}

awaitable<void> finds(std::string name, std::vector<tcp::endpoint> expected) {
  auto const found = co_await io::resolve(name, "8080", Deadline::after(10s));
  CHECK(std::is_permutation(found.begin(), found.end(), expected.begin(), expected.end()));
}

awaitable<void> is_not_found(std::string name) {
  boost::system::error_code code;
  try {
    co_await io::resolve(name, "80", Deadline::after(30s));
  } catch (const boost::system::system_error& error) {
    code = error.code();
  }
  CHECK(code == asio::error::host_not_found);
}

awaitable<void> times_out(std::string name, Deadline deadline, int& count) {
  bool timed_out = false;
  try {
    co_await io::resolve(name, "80", deadline);
  } catch (const Timeout&) {
    timed_out = true;
  }
  if (timed_out) ++count;
}

awaitable<void> notices(testing::DnsServer& now, ResolvConf& file) {
  auto const before_change = co_await first_address("moved.example");
  CHECK(before_change == "10.0.0.1");
  file.write("nameserver 127.0.0.2\n");
  auto const patience = Deadline::after(10s);
  std::string address = before_change;
  while (address == before_change && !patience.expired()) {
    address = co_await first_address("moved.example");
  }
  CHECK(address == "10.0.0.2");
  CHECK(now.queries() > 0);
}

awaitable<void> services() {
  auto const known = co_await io::resolve("localhost", "https", Deadline::after(1s));
  CHECK(known.at(0).port() == 443);
  auto const literal_address = co_await io::resolve("127.0.0.1", "https", Deadline::after(1s));
  CHECK(literal_address.at(0).port() == 443);
  boost::system::error_code code;
  try {
    co_await io::resolve("127.0.0.1", "no-such-service", Deadline::after(1s));
  } catch (const boost::system::system_error& error) {
    code = error.code();
  }
  CHECK(code == asio::error::service_not_found);
}

}  // namespace

TEST_CASE("names of services stand for their ports") {
  asio::io_context io;
  testing::run_coroutine(io, services());
}

TEST_CASE("names are asked of resolv.conf's server, with its search domains; every address counts") {
  testing::DnsServer const server(
      testing::DnsServer::Names{{"two.example", {"10.0.0.1", "10.0.0.2"}}, {"short.example", {"10.0.0.3"}}});
  ResolvConf const file("nameserver 127.0.0.1\nsearch nothing.test example\n");
  asio::io_context io;
  io::configure_resolver(io, {file.path(), server.port()});
  auto const endpoint = [](const char* address) {
    return tcp::endpoint(asio::ip::make_address(address), 8080);
  };
  testing::run_coroutine(io, finds("two.example", {endpoint("10.0.0.1"), endpoint("10.0.0.2")}));
  testing::run_coroutine(io, finds("short", {endpoint("10.0.0.3")}));
  testing::run_coroutine(io, is_not_found("unknown.example"));
}

TEST_CASE("localhost and the hosts file need no server") {
  ResolvConf const file("nameserver 127.0.0.1\n");
  asio::io_context io;
  io::configure_resolver(io, {file.path(), 1});  // nobody listens there
  testing::run_coroutine(io, [](void) -> awaitable<void> {
    auto const found = co_await io::resolve("localhost", "80", Deadline::after(5s));
    CHECK(found.at(0).address().is_loopback());
  }());
}

TEST_CASE("a hundred lookups that nobody answers hold up neither each other nor one that is answered") {
  testing::DnsServer const server(testing::DnsServer::Names{{"known.example", {"10.0.0.9"}}});
  ResolvConf const file("nameserver 127.0.0.1\n");
  asio::io_context io;
  io::configure_resolver(io, {file.path(), server.port()});
  int timed_out = 0;
  auto const deadline = Deadline::after(1500ms);
  for (int i = 0; i < 100; ++i)
    asio::co_spawn(io, times_out("silent" + std::to_string(i) + ".example", deadline, timed_out),
                   asio::detached);
  std::string answer;
  bool answered_in_time = false;
  asio::co_spawn(io, first_address("known.example"), [&](std::exception_ptr, std::string found) {
    answer = std::move(found);
    answered_in_time = !deadline.expired();
  });
  auto const began = Deadline::Clock::now();
  io.run();
  CHECK(timed_out == 100);
  CHECK(answer == "10.0.0.9");
  CHECK(answered_in_time);
  // What was abandoned is cancelled: nothing keeps the context busy until c-ares would have given up.
  CHECK(Deadline::Clock::now() - began < 8s);
}

TEST_CASE("an io_context may go while lookups are under way") {
  testing::DnsServer const server(testing::DnsServer::Names{});
  ResolvConf const file("nameserver 127.0.0.1\n");
  int timed_out = 0;
  {
    asio::io_context io;
    io::configure_resolver(io, {file.path(), server.port()});
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(io, times_out("silent.example", Deadline::after(1h), timed_out), asio::detached);
    auto const patience = Deadline::after(10s);
    while (server.queries() == 0 && !patience.expired()) io.run_one_for(100ms);
  }
  CHECK(server.queries() > 0);
  CHECK(timed_out == 0);
}

TEST_CASE("a change of resolv.conf is noticed") {
  testing::DnsServer const then(testing::DnsServer::Names{{"moved.example", {"10.0.0.1"}}});
  testing::DnsServer now(testing::DnsServer::Names{{"moved.example", {"10.0.0.2"}}}, "127.0.0.2", then.port());
  ResolvConf file("nameserver 127.0.0.1\n");
  asio::io_context io;
  io::configure_resolver(io, {file.path(), then.port()});
  testing::run_coroutine(io, notices(now, file));
}

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
