#include "core/redis/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include "tests/message_of.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/redis_server.hpp"

namespace fleet::redis {
namespace {

using testing::message_of;
using testing::RedisServer;
using testing::run_on;
using namespace std::chrono_literals;

Options options_for(std::uint16_t port) {
  Options options;
  options.port = port;
  return options;
}

std::unique_ptr<Connection> open(asio::io_context& io, const Options& options,
                                 Deadline::Clock::duration limit = 5s) {
  return run_on(io, Connection::open(options, Deadline::after(limit)));
}

TEST_CASE("a pipeline is answered in order, with its errors among the answers") {
  RedisServer server;
  asio::io_context io;
  auto const connection = open(io, options_for(server.port()));
  Pipeline pipeline;
  pipeline.add({"SET", "k", "v"}).add({"LPUSH", "k", "x"}).add({"GET", "k"}).add({"GET", "none"});
  auto const replies = run_on(io, connection->run(pipeline, Deadline::after(5s)));
  REQUIRE(replies.size() == 4);
  CHECK(replies[0].text() == "OK");
  CHECK(replies[1].is_error());
  CHECK(replies[2].text() == "v");
  CHECK(replies[3].is_nil());
  Pipeline second;
  second.add({"PING"});
  CHECK(run_on(io, connection->run(second, Deadline::after(5s)))[0].text() == "PONG");
}

TEST_CASE("an answer larger than any buffer comes through") {
  RedisServer server;
  asio::io_context io;
  auto const connection = open(io, options_for(server.port()));
  std::string const big(5 << 20, 'y');
  Pipeline pipeline;
  pipeline.add({"SET", "big", big}).add({"GET", "big"}).add({"GET", "big"});
  auto const replies = run_on(io, connection->run(pipeline, Deadline::after(20s)));
  CHECK(replies[1].text().size() == big.size());
  CHECK(replies[2].text().size() == big.size());
}

TEST_CASE("the handshake authenticates, selects the database and names the client") {
  RedisServer server({false, {"--requirepass", "s3cret", "--user", "reader", "on", ">hunter2", "~*", "+@all"}});
  asio::io_context io;
  Options options = options_for(server.port());
  options.password = config::Secret("s3cret");
  options.database = 2;
  options.client_name = "a2a_exporter";
  auto const connection = open(io, options);
  Pipeline pipeline;
  pipeline.add({"CLIENT", "INFO"}).add({"ACL", "WHOAMI"});
  {
    auto const replies = run_on(io, connection->run(pipeline, Deadline::after(5s)));
    CHECK_THAT(std::string(replies[0].text()),
               Catch::Contains(" db=2 ") && Catch::Contains(" name=a2a_exporter "));
    CHECK(replies[1].text() == "default");
  }
  options.username = "reader";
  options.password = config::Secret("hunter2");
  auto const other = open(io, options);
  CHECK(run_on(io, other->run(pipeline, Deadline::after(5s)))[1].text() == "reader");
}

TEST_CASE("a refused login says why, without the password") {
  RedisServer server({false, {"--requirepass", "right"}});
  asio::io_context io;
  Options options = options_for(server.port());
  options.password = config::Secret("wr0ng-pass");
  CHECK_THROWS_AS(open(io, options), ReplyError);
  CHECK_THAT(message_of([&] { open(io, options); }), Catch::StartsWith("WRONGPASS"));
  // Without a password the connection opens, as Redis does, and each command is refused.
  auto const connection = open(io, options_for(server.port()));
  Pipeline pipeline;
  pipeline.add({"GET", "k"});
  auto const replies = run_on(io, connection->run(pipeline, Deadline::after(5s)));
  CHECK_THROWS_AS(replies[0].checked(), ReplyError);
}

TEST_CASE("a server that repeats the password in its error does not bring it into ours") {
  testing::GarbageServer server("-ERR unknown command 'AUTH', with args beginning with: 'tops3cret'\r\n");
  asio::io_context io;
  Options options = options_for(server.port());
  options.password = config::Secret("tops3cret");
  auto const message = message_of([&] { open(io, options); });
  CHECK_THAT(message, Catch::StartsWith("ERR "));
  CHECK_THAT(message, !Catch::Contains("tops3cret"));
}

TEST_CASE("a database that does not exist fails the handshake") {
  RedisServer server;
  asio::io_context io;
  Options options = options_for(server.port());
  options.database = 999;
  CHECK_THROWS_AS(open(io, options), ReplyError);
}

TEST_CASE("nobody listens") {
  asio::io_context io;
  auto const port = testing::free_port();
  CHECK_THROWS_AS(open(io, options_for(port)), boost::system::system_error);
  CHECK_THAT(message_of([&] { open(io, options_for(port)); }), Catch::Contains("refused"));
}

TEST_CASE("a server that hangs ends at the deadline, and the connection is not used again") {
  testing::SilentServer server;
  asio::io_context io;
  auto const connection = open(io, options_for(server.port()));
  Pipeline pipeline;
  pipeline.add({"PING"});
  auto const start = Deadline::Clock::now();
  CHECK_THROWS_AS(run_on(io, connection->run(pipeline, Deadline::after(200ms))), Timeout);
  CHECK(Deadline::Clock::now() - start < 2s);
  CHECK_THROWS_AS(run_on(io, connection->run(pipeline, Deadline::after(200ms))), boost::system::system_error);

  // In the handshake it is connect_timeout that ends it.
  Options options = options_for(server.port());
  options.client_name = "me";
  options.connect_timeout = 150ms;
  auto const again = Deadline::Clock::now();
  CHECK_THROWS_AS(open(io, options, 10s), Timeout);
  CHECK(Deadline::Clock::now() - again < 5s);
}

TEST_CASE("garbage is a protocol error; a close is a system error") {
  asio::io_context io;
  Pipeline pipeline;
  pipeline.add({"PING"});
  testing::GarbageServer garbage("HTTP/1.1 400 Bad Request\r\n\r\n");
  auto const first = open(io, options_for(garbage.port()));
  CHECK_THROWS_AS(run_on(io, first->run(pipeline, Deadline::after(5s))), ProtocolError);
  testing::GarbageServer closing("$100\r\nonly the beginning", testing::GarbageServer::Then::close);
  auto const second = open(io, options_for(closing.port()));
  CHECK_THROWS_AS(run_on(io, second->run(pipeline, Deadline::after(5s))), boost::system::system_error);
  // A length that will never be filled must not wait for longer than the deadline either.
  testing::GarbageServer promising("$99999999\r\nabc");
  auto const third = open(io, options_for(promising.port()));
  CHECK_THROWS_AS(run_on(io, third->run(pipeline, Deadline::after(300ms))), Timeout);
  // And one that will not be held is not waited for at all.
  testing::GarbageServer boasting("$999999999999999\r\nabc");
  auto const fourth = open(io, options_for(boasting.port()));
  CHECK_THROWS_AS(run_on(io, fourth->run(pipeline, Deadline::after(5s))), ProtocolError);
}

TEST_CASE("a killed server ends a blocked command with an error at once") {
  RedisServer server;
  asio::io_context io;
  auto const connection = open(io, options_for(server.port()));
  asio::steady_timer killer(io, 100ms);
  killer.async_wait([&](auto) { server.kill9(); });
  Pipeline pipeline;
  pipeline.add({"BLPOP", "nothing", "0"});
  auto const start = Deadline::Clock::now();
  CHECK_THROWS_AS(run_on(io, connection->run(pipeline, Deadline::after(20s))), boost::system::system_error);
  CHECK(Deadline::Clock::now() - start < 10s);
}

}  // namespace
}  // namespace fleet::redis
