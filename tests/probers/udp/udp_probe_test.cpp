// The udp probe against a socket that answers, refuses or is silent.
#include "probers/udp/udp_probe.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/udp.hpp>
#include <catch2/catch.hpp>

#include "probers/udp/udp_module.hpp"
#include "tests/message_of.hpp"
#include "tests/servers/coroutine.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace fleet::testing;
using namespace std::chrono_literals;
using asio::ip::udp;

namespace {

/// Sends these datagrams back for each that arrives, the first ones from another port.
struct Responder {
  Responder(asio::io_context& io, std::vector<std::string> from_elsewhere, std::vector<std::string> answers)
      : state(std::make_shared<State>(State{udp::socket(io, {asio::ip::address_v4::loopback(), 0}),
                                            udp::socket(io, {asio::ip::address_v4::loopback(), 0}),
                                            std::move(from_elsewhere),
                                            std::move(answers),
                                            {}})) {
    asio::co_spawn(io, serve(state), asio::detached);
  }
  ~Responder() { state->socket.close(); }
  std::string target() const { return "127.0.0.1:" + std::to_string(state->socket.local_endpoint().port()); }

  struct State {
    udp::socket socket, elsewhere;
    std::vector<std::string> from_elsewhere, answers, received;
  };
  static awaitable<void> serve(std::shared_ptr<State> state) {
    std::string buffer(65536, '\0');
    udp::endpoint client;
    while (state->socket.is_open()) {
      auto const size =
          co_await state->socket.async_receive_from(asio::buffer(buffer), client, asio::use_awaitable);
      state->received.push_back(buffer.substr(0, size));
      for (auto const& one : state->from_elsewhere) state->elsewhere.send_to(asio::buffer(one), client);
      for (auto const& one : state->answers) state->socket.send_to(asio::buffer(one), client);
    }
  }
  std::shared_ptr<State> state;
};

std::shared_ptr<const Module> read(const std::string& options) {
  auto const whole = config::Document::parse(options, "f").root();
  return read_udp(whole, whole, {});
}

ProbeResult ask(asio::io_context& io, const std::string& target, const std::string& options,
                std::chrono::milliseconds timeout = 5s) {
  auto const probe = read(options)->probe({target, ""});
  return run_on(io, attempt_once(*probe, Deadline::after(timeout)));
}

}  // namespace

TEST_CASE("udp: the first answer of the one asked is judged, whole") {
  asio::io_context io;
  Responder server(io, {"bad"}, {"pong 1", "pong 1", "bad"});
  auto const good = ask(io, server.target(), "send: ping\nexpect: '^pong \\d$'");
  INFO(good.detail);
  CHECK(good.outcome == Outcome::good);
  CHECK(server.state->received == std::vector<std::string>{"ping"});
  CHECK(*good.facts.find(udp_answer_bytes) == 6);
  CHECK(*good.facts.find(facts::failed_due_to_regex) == 0);
  CHECK(good.phase_kind == &udp_duration);
  REQUIRE(good.phases.size() == 2);
  CHECK(good.phases[1].second > 0);

  auto const bad = ask(io, server.target(), "send_bytes: '70 69 6E67 00'\nexpect: '^bad'");
  CHECK(bad.reason == Reason::expect);
  CHECK(bad.step == "expect");
  CHECK(bad.detail == "an answer of 6 bytes does not match ^bad");
  CHECK(*bad.facts.find(facts::failed_due_to_regex) == 1);
  CHECK(server.state->received.back() == std::string("ping\0", 5));
}

TEST_CASE("udp: an answer may be empty, or as long as a datagram can be") {
  asio::io_context io;
  Responder empty(io, {}, {""});
  CHECK(ask(io, empty.target(), "expect: '^$'").outcome == Outcome::good);
  CHECK(empty.state->received == std::vector<std::string>{""});
  Responder large(io, {}, {std::string(65000, 'x') + "end"});
  CHECK(ask(io, large.target(), "send: x\nexpect: 'end$'").outcome == Outcome::good);
}

TEST_CASE("udp: silence is a timeout where an answer is expected, and good where none is") {
  asio::io_context io;
  Responder silent(io, {"from elsewhere"}, {});
  auto const late = ask(io, silent.target(), "send: x\nexpect: x", 200ms);
  CHECK(late.outcome == Outcome::bad);
  CHECK(late.reason == Reason::timeout);
  CHECK(late.step == "request");
  CHECK(silent.state->received.size() == 1);
  auto const begin = Deadline::Clock::now();
  CHECK(ask(io, silent.target(), "send: x\nrefusal_wait: 50ms").outcome == Outcome::good);
  CHECK(Deadline::Clock::now() - begin < 5s);
}

TEST_CASE("udp: a port that nobody has refuses, whether an answer is expected or not") {
  asio::io_context io;
  std::string gone;
  {
    Responder server(io, {}, {});
    gone = server.target();
  }
  for (auto const* options : {"{}", "expect: x"}) {
    auto const result = ask(io, gone, options);
    CHECK(result.reason == Reason::refused);
    CHECK(result.step == "request");
  }
  CHECK(ask(io, gone, "source_ip_address: ::1").reason == Reason::unreachable);
  CHECK(ask(io, gone, "source_ip_address: 192.0.2.77").reason == Reason::unreachable);
  CHECK(ask(io, "no-such-host.invalid:53", "{}").reason == Reason::name);
}

TEST_CASE("udp: options and targets") {
  auto const error_of = [](const std::string& options) { return message_of([&] { read(options); }); };
  CHECK(error_of("send: a\nsend_bytes: '00'") == "f:2:13: expected either `send` or `send_bytes`");
  CHECK(error_of("send_bytes: '0'") == "f:1:13: expected octets as pairs of hexadecimal digits");
  CHECK(error_of("send_bytes: 'zz'") == "f:1:13: expected octets as pairs of hexadecimal digits");
  CHECK(error_of("expect: x\nrefusal_wait: 1s").starts_with("f:2:15: "));
  CHECK(error_of("expect: '('").starts_with("f:1:9: "));
  CHECK(error_of("send: " + std::string(65508, 'x')) == "f:1:7: expected at most 65507 octets, one datagram");
  CHECK(error_of("sned: x").starts_with("f:1:1: "));
  for (auto const* target : {"", "host", "host:", "host:0", "host:99999", ":53", "udp://host:53"}) {
    INFO(target);
    CHECK_THROWS_AS(read("{}")->probe({target, ""}), BadTarget);
  }
}
