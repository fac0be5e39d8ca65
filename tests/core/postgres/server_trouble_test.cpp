#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/core/postgres/shared_server.hpp"
#include "tests/message_of.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::postgres {
namespace {

using testing::message_of;
using testing::PostgresServer;
using testing::run_on;
using namespace std::chrono_literals;

std::string ask(asio::io_context& io, Client& client, const std::string& sql,
                Deadline::Clock::duration limit = 10s) {
  return std::string(run_on(io, client.query(sql, Deadline::after(limit))).text(0, 0));
}

TEST_CASE("nobody listens") {
  asio::io_context io;
  Client client(io.get_executor(), options_for(testing::free_port()));
  CHECK_THROWS_AS(ask(io, client, "SELECT 1"), Error);
  auto const message = message_of([&] { ask(io, client, "SELECT 1"); });
  CHECK_THAT(message, Catch::Contains("Connection refused"));
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("a name that does not exist") {
  asio::io_context io;
  auto options = options_for(5432);
  options.host = "no-such-host.invalid";
  Client client(io.get_executor(), options);
  CHECK_THROWS(ask(io, client, "SELECT 1"));
}

TEST_CASE("by name, and by unix socket") {
  asio::io_context io;
  auto options = options_for(shared_server().port());
  options.host = "localhost";
  Client by_name(io.get_executor(), options);
  CHECK(ask(io, by_name, "SELECT 'name'") == "name");
  options.host = shared_server().socket_directory();
  Client by_socket(io.get_executor(), options);
  CHECK(ask(io, by_socket, "SELECT coalesce(inet_client_addr()::text, 'socket')") == "socket");
}

TEST_CASE("a server that hangs, and ones that send garbage") {
  asio::io_context io;
  testing::SilentServer silent;
  auto options = options_for(silent.port());
  options.connect_timeout = 200ms;
  Client hanging(io.get_executor(), options);
  auto const start = Deadline::Clock::now();
  CHECK_THROWS_AS(ask(io, hanging, "SELECT 1", 5s), Timeout);
  CHECK(Deadline::Clock::now() - start < 3s);

  auto const bytes = GENERATE(as<std::string>(), "HTTP/1.1 400 Bad Request\r\n\r\n",
                              "E this is no postgres\x01\x02", "NNNNNNNNNNNN", "R\xff\xff\xff\xff");
  CAPTURE(bytes);
  testing::GarbageServer garbage(bytes);
  options.port = garbage.port();
  Client client(io.get_executor(), options);
  auto const message = message_of([&] { ask(io, client, "SELECT 1", 5s); });
  CHECK_FALSE(message.empty());
  for (char const c : message) CHECK((c >= 0x20 && c < 0x7f));

  testing::GarbageServer closing(bytes, testing::GarbageServer::Then::close);
  options.port = closing.port();
  Client other(io.get_executor(), options);
  CHECK_FALSE(message_of([&] { ask(io, other, "SELECT 1", 5s); }).empty());
}

TEST_CASE("passwords: right, wrong, missing") {
  PostgresServer server({}, "scram-sha-256");
  server.run_sql("CREATE ROLE monitor LOGIN PASSWORD 'the right one'");
  asio::io_context io;
  auto options = options_for(server.port());
  options.user = "monitor";
  options.password = config::Secret("the right one");
  Client right(io.get_executor(), options);
  CHECK(ask(io, right, "SELECT current_user") == "monitor");
  options.password = config::Secret("wr0ng");
  Client wrong(io.get_executor(), options);
  CHECK_THROWS_AS(ask(io, wrong, "SELECT 1"), Error);
  auto const message = message_of([&] { ask(io, wrong, "SELECT 1"); });
  CHECK_THAT(message, Catch::Contains("password authentication failed for user \"monitor\""));
  CHECK_THAT(message, !Catch::Contains("wr0ng"));
  options.password = config::Secret();
  Client missing(io.get_executor(), options);
  CHECK_THAT(message_of([&] { ask(io, missing, "SELECT 1"); }), Catch::Contains("no password supplied"));
}

TEST_CASE("too many connections is an error, and over when there is room") {
  PostgresServer server({"max_connections = 5", "superuser_reserved_connections = 1", "max_wal_senders = 0"});
  server.run_sql("CREATE ROLE monitor LOGIN");
  asio::io_context io;
  auto options = options_for(server.port());
  options.user = "monitor";
  std::vector<std::shared_ptr<Session>> occupied;
  for (int i = 0; i < 4; ++i) occupied.push_back(open(io, options));
  Client client(io.get_executor(), options);
  CHECK_THAT(message_of([&] { ask(io, client, "SELECT 1"); }), Catch::Contains("remaining connection slots"));
  occupied.clear();
  CHECK(testing::wait_until([&] { return message_of([&] { ask(io, client, "SELECT 1"); }).empty(); }));
}

TEST_CASE("a restarted server is found again by the next call") {
  PostgresServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  CHECK(ask(io, client, "SELECT 'before'") == "before");
  SECTION("in order") { server.restart(PostgresServer::Stop::fast); }
  SECTION("crashed") { server.restart(PostgresServer::Stop::immediate); }
  CHECK(ask(io, client, "SELECT 'after'") == "after");
  server.stop();
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(ask(io, client, "SELECT 1"), Error);
  server.start();
  CHECK(ask(io, client, "SELECT 'again'") == "again");
}

TEST_CASE("a server that stops under a statement ends it at once") {
  PostgresServer server;
  asio::io_context io;
  Client client(io.get_executor(), options_for(server.port()));
  auto const session = run_on(io, client.session(Deadline::after(5s)));
  std::vector<std::string> messages;
  for (int i = 0; i < 3; ++i) {
    asio::co_spawn(io, session->query("SELECT pg_sleep(30)", Deadline::after(60s)),
                   [&](std::exception_ptr error, auto) {
                     messages.push_back(message_of([&] {
                       if (error) std::rethrow_exception(error);
                     }));
                   });
  }
  io.run_for(200ms);
  server.process().signal(SIGQUIT);
  auto const start = Deadline::Clock::now();
  io.restart();
  io.run();
  CHECK(Deadline::Clock::now() - start < 4s);
  REQUIRE(messages.size() == 3);
  for (auto const& message : messages) CHECK_FALSE(message.empty());
  CHECK(session->broken());
}

TEST_CASE("a frozen server costs the deadline and no more, and is used again once thawed") {
  PostgresServer server;
  asio::io_context io;
  auto options = options_for(server.port());
  options.connect_timeout = 300ms;
  Client client(io.get_executor(), options);
  CHECK(ask(io, client, "SELECT 1") == "1");
  server.freeze();
  for (int i = 0; i < 2; ++i) {
    auto const start = Deadline::Clock::now();
    CHECK_THROWS_AS(ask(io, client, "SELECT 1", 500ms), Timeout);
    CHECK(Deadline::Clock::now() - start < 2s);
  }
  server.thaw();
  CHECK(testing::wait_until([&] { return message_of([&] { ask(io, client, "SELECT 1"); }).empty(); }));
}

TEST_CASE("a replica streams, answers, and can be promoted") {
  PostgresServer primary;
  auto const replica = primary.create_replica();
  asio::io_context io;
  Client client(io.get_executor(), options_for(replica->port()));
  CHECK(ask(io, client, "SELECT pg_is_in_recovery()::text") == "true");
  primary.load_demo_schema();
  CHECK(testing::wait_until([&] {
    return replica->value("SELECT count(*) FROM pg_database WHERE datname = 'legalllm_multiagent'") == "1";
  }));
  CHECK(primary.value("SELECT count(*) FROM privacy_consents", "legalllm_multiagent") == "0");
  primary.stop(PostgresServer::Stop::immediate);
  replica->promote();
  CHECK(ask(io, client, "SELECT pg_is_in_recovery()::text") == "false");
}

}  // namespace
}  // namespace fleet::postgres
