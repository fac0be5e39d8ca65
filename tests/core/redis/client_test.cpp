#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <span>

#include "core/redis/connection.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/redis_server.hpp"

namespace fleet::redis {
namespace {

using testing::RedisServer;
using testing::run_on;
using namespace std::chrono_literals;

Options options_for(std::uint16_t port) {
  Options options;
  options.port = port;
  options.client_name = "client_test";
  return options;
}

Pipeline one(std::initializer_list<std::string_view> words) {
  Pipeline pipeline;
  pipeline.add(words);
  return pipeline;
}

std::string text(asio::io_context& io, Client& client, std::initializer_list<std::string_view> words,
                 Deadline::Clock::duration limit = 5s) {
  auto const replies = run_on(io, client.run(one(words), Deadline::after(limit)));
  return std::string(replies[0].text());
}

int connections_received(RedisServer& server) {
  auto const info = server.command({"INFO", "stats"});
  auto const key = std::string("total_connections_received:");
  return std::stoi(info.substr(info.find(key) + key.size()));
}

TEST_CASE("the client keeps one connection, and its replies outlive the next call") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  text(io, client, {"SET", "a", "1"});
  auto const before_runs = connections_received(server);
  Pipeline pipeline;
  pipeline.add({"GET", "a"}).add({"PING"}).add({"LRANGE", "none", "0", "-1"});
  auto const kept = run_on(io, client.run(pipeline, Deadline::after(5s)));
  for (int i = 0; i < 20; ++i) CHECK(text(io, client, {"ECHO", "other"}) == "other");
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].text() == "1");
  CHECK(kept[1].text() == "PONG");
  CHECK(kept[2].size() == 0);
  // The one more is that of this question itself.
  CHECK(connections_received(server) == before_runs + 1);
}

TEST_CASE("an error reply does not cost the connection") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  auto const id = run_on(io, client.run(one({"CLIENT", "ID"}), Deadline::after(5s)))[0].integer();
  CHECK(run_on(io, client.run(one({"NOSUCH"}), Deadline::after(5s)))[0].is_error());
  CHECK(run_on(io, client.run(one({"CLIENT", "ID"}), Deadline::after(5s)))[0].integer() == id);
}

TEST_CASE("a restarted server is found again by the next call") {
  RedisServer server({true, {}});
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  CHECK(text(io, client, {"SET", "survivor", "yes"}) == "OK");
  SECTION("in order") { server.restart(); }
  SECTION("killed") {
    server.kill9();
    server.start();
  }
  SECTION("its connections killed only") { server.command({"CLIENT", "KILL", "TYPE", "normal"}); }
  CHECK(text(io, client, {"GET", "survivor"}) == "yes");
}

TEST_CASE("while the server is away every call fails at once, afterwards every call works") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  CHECK(text(io, client, {"PING"}) == "PONG");
  server.stop();
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(text(io, client, {"PING"}), boost::system::system_error);
  server.start();
  CHECK(text(io, client, {"PING"}) == "PONG");
}

TEST_CASE("a frozen server costs the deadline and no more, and is used again once thawed") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  CHECK(text(io, client, {"PING"}) == "PONG");
  server.freeze();
  for (int i = 0; i < 2; ++i) {
    auto const start = Deadline::Clock::now();
    CHECK_THROWS_AS(text(io, client, {"PING"}, 200ms), Timeout);
    CHECK(Deadline::Clock::now() - start < 2s);
  }
  server.thaw();
  CHECK(text(io, client, {"PING"}) == "PONG");
}

TEST_CASE("a late answer is never taken for the next one's") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  CHECK_THROWS_AS(text(io, client, {"DEBUG", "SLEEP", "0.3"}, 100ms), Timeout);
  CHECK(text(io, client, {"ECHO", "mine"}) == "mine");
}

/// Not run(): that would also wait for the last deadline of an idle connection.
template <class Condition>
void run_until(asio::io_context& io, Condition holds) {
  io.restart();
  while (!holds() && io.run_one() > 0) {
  }
}

TEST_CASE("callers take turns, and one whose turn does not come in time is told so") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  int ended = 0, finished = 0;
  std::vector<std::string> echoes(10);
  for (int i = 0; i < 10; ++i) {
    auto ask = [](Client& shared, std::string word, std::string& out) -> awaitable<void> {
      auto pipeline = one({"ECHO", word});
      auto const replies = co_await shared.run(std::move(pipeline), Deadline::after(5s));
      out = replies[0].text();
    };
    asio::co_spawn(io, ask(client, std::to_string(i), echoes[static_cast<std::size_t>(i)]),
                   [&](std::exception_ptr error) {
                     ++ended;
                     finished += !error;
                   });
  }
  run_until(io, [&] { return ended == 10; });
  CHECK(finished == 10);
  for (std::size_t i = 0; i < 10; ++i) CHECK(echoes[i] == std::to_string(i));

  bool late = false;
  auto block = client.run(one({"BLPOP", "none", "0.5"}), Deadline::after(5s));
  asio::co_spawn(io, std::move(block), [&](std::exception_ptr error, auto) {
    ++ended;
    finished += !error;
  });
  auto wait = client.run(one({"PING"}), Deadline::after(100ms));
  asio::co_spawn(io, std::move(wait), [&](std::exception_ptr error, auto) {
    ++ended;
    try {
      if (error) std::rethrow_exception(error);
    } catch (const Timeout&) {
      late = true;
    }
  });
  run_until(io, [&] { return ended == 12; });
  CHECK(late);
  CHECK(finished == 11);
}

int reads_processed(RedisServer& server) {
  auto const info = server.command({"INFO", "stats"});
  auto const key = std::string("total_reads_processed:");
  return std::stoi(info.substr(info.find(key) + key.size()));
}

/// What became of a call of run_together().
struct Outcome {
  std::string text;
  std::exception_ptr failure;
  bool ended = false;
};

void call_together(asio::io_context& io, Client& client, Pipeline pipeline, Deadline::Clock::duration limit,
                   Outcome& outcome) {
  auto call = client.run_together(std::move(pipeline), Deadline::after(limit));
  asio::co_spawn(io, std::move(call), [&outcome](std::exception_ptr error, Client::Replies replies) {
    outcome.failure = error;
    outcome.ended = true;
    if (error) return;
    for (std::size_t n = 0; n < replies.size(); ++n) {
      if (!replies[n].is_nil()) outcome.text += replies[n].text();
    }
  });
}

bool all_ended(std::span<const Outcome> calls) {
  return std::all_of(calls.begin(), calls.end(), [](auto const& call) { return call.ended; });
}

TEST_CASE("those who call in one turn share one exchange, and each gets its own replies") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  CHECK(text(io, client, {"PING"}) == "PONG");
  auto const first = reads_processed(server), second = reads_processed(server);
  auto const by_a_question = second - first;
  Pipeline two;
  two.add({"ECHO", "b"}).add({"ECHO", "c"});
  std::array<Outcome, 3> calls;
  call_together(io, client, one({"ECHO", "a"}), 5s, calls[0]);
  call_together(io, client, two, 5s, calls[1]);
  call_together(io, client, one({"ECHO", "d"}), 5s, calls[2]);
  run_until(io, [&] { return all_ended(calls); });
  CHECK(calls[0].text == "a");
  CHECK(calls[1].text == "bc");
  CHECK(calls[2].text == "d");
  CHECK(reads_processed(server) == second + by_a_question + 1);
  Outcome later;
  call_together(io, client, one({"ECHO", "e"}), 5s, later);
  run_until(io, [&] { return later.ended; });
  CHECK(later.text == "e");
}

TEST_CASE("what fails a shared exchange fails for all, but for one with more time and after a cancellation") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  CHECK(text(io, client, {"PING"}) == "PONG");
  {
    std::array<Outcome, 3> calls;
    call_together(io, client, one({"BLPOP", "none", "0.5"}), 100ms, calls[0]);
    call_together(io, client, one({"ECHO", "b"}), 100ms, calls[1]);
    call_together(io, client, one({"ECHO", "c"}), 5s, calls[2]);
    run_until(io, [&] { return all_ended(calls); });
    CHECK(calls[0].failure);
    CHECK_THROWS_AS(std::rethrow_exception(calls[1].failure), Timeout);
    CHECK(calls[2].text == "c");
  }
  auto first = client.run_together(one({"BLPOP", "none", "4"}), Deadline::after(20s));
  bool cancelled = false;
  asio::co_spawn(io, before(Deadline::after(100ms), std::move(first), "the collector"),
                 [&](std::exception_ptr error, Client::Replies) { cancelled = error != nullptr; });
  Outcome second;
  call_together(io, client, one({"ECHO", "mine"}), 20s, second);
  run_until(io, [&] { return cancelled && second.ended; });
  CHECK(cancelled);
  CHECK(second.text == "mine");
  server.stop();
  std::array<Outcome, 2> away;
  for (auto& call : away) call_together(io, client, one({"PING"}), 5s, call);
  run_until(io, [&] { return all_ended(away); });
  for (auto& call : away) CHECK_THROWS_AS(std::rethrow_exception(call.failure), boost::system::system_error);
}

TEST_CASE("the client, and its loop, may go while an exchange is shared") {
  RedisServer server;
  auto io = std::make_unique<asio::io_context>();
  auto client = std::make_unique<Client>(io->get_executor(), options_for(server.port()));
  std::array<Outcome, 3> calls;
  for (auto& call : calls) call_together(*io, *client, one({"BLPOP", "none", "0.2"}), 5s, call);
  SECTION("the client") {
    io->run_for(50ms);
    client.reset();
    io->restart();
    io->run();
    for (auto const& call : calls) CHECK(call.ended);
  }
  SECTION("the loop") {
    io->run_for(50ms);
    client.reset();
    io.reset();
    for (auto const& call : calls) CHECK_FALSE(call.ended);
  }
}

TEST_CASE("a server that sends garbage is a protocol error every time") {
  testing::GarbageServer server("220 mail.example ESMTP\r\n");
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(text(io, client, {"PING"}), ProtocolError);
  CHECK(server.connections() == 3);
}

TEST_CASE("a server that says more than it was asked is not believed") {
  testing::GarbageServer server("+PONG\r\n+PONG\r\n");
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(text(io, client, {"PING"}), ProtocolError);
  CHECK(server.connections() == 3);
}

TEST_CASE("the client may go while a call is in flight") {
  RedisServer server;
  asio::io_context io;
  auto client = std::make_unique<Client>(io.get_executor(), options_for(server.port()));
  bool ended = false;
  auto call = client->run(one({"BLPOP", "none", "0.2"}), Deadline::after(5s));
  asio::co_spawn(io, std::move(call), [&](std::exception_ptr error, auto) { ended = !error; });
  io.run_for(50ms);
  client.reset();
  io.restart();
  io.run();
  CHECK(ended);
}

TEST_CASE("a caller that is cancelled costs the connection, and the next one gets a new one") {
  RedisServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  CHECK(text(io, client, {"PING"}) == "PONG");
  auto const start = Deadline::Clock::now();
  auto slow = client.run(one({"BLPOP", "none", "4"}), Deadline::after(20s));
  CHECK_THROWS_AS(run_on(io, before(Deadline::after(100ms), std::move(slow), "the collector")), Timeout);
  CHECK(Deadline::Clock::now() - start < 3s);
  CHECK(text(io, client, {"ECHO", "mine"}) == "mine");
}

TEST_CASE("a loop that is destroyed takes calls in flight with it") {
  RedisServer server;
  auto io = std::make_unique<asio::io_context>();
  auto client = std::make_unique<Client>(io->get_executor(), options_for(server.port()));
  int ended = 0;
  for (int i = 0; i < 3; ++i) {
    auto slow = client->run(one({"BLPOP", "none", "4"}), Deadline::after(20s));
    asio::co_spawn(*io, std::move(slow), [&](std::exception_ptr, auto) { ++ended; });
  }
  io->run_for(100ms);
  client.reset();
  io.reset();
  CHECK(ended == 0);
}

}  // namespace
}  // namespace fleet::redis
