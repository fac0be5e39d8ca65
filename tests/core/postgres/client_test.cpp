#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include "tests/core/postgres/shared_server.hpp"

namespace fleet::postgres {
namespace {

using testing::run_on;
using namespace std::chrono_literals;

std::string ask(asio::io_context& io, Client& client, const std::string& sql) {
  return std::string(run_on(io, client.query(sql, Deadline::after(10s))).text(0, 0));
}

TEST_CASE("a client keeps its session") {
  asio::io_context io;
  Client client(io.get_executor(), options_for(shared_server().port()));
  auto const pid = ask(io, client, "SELECT pg_backend_pid()");
  CHECK(ask(io, client, "SELECT pg_backend_pid()") == pid);
  CHECK(run_on(io, client.session(Deadline::after(5s))) == run_on(io, client.session(Deadline::after(5s))));
}

TEST_CASE("callers that come together open one session") {
  asio::io_context io;
  Client client(io.get_executor(), options_for(shared_server().port()));
  std::vector<std::string> pids(8);
  for (auto& pid : pids) {
    auto call = [](Client& shared, std::string& out) -> awaitable<void> {
      auto const rows = co_await shared.query("SELECT pg_backend_pid()", Deadline::after(5s));
      out = rows.text(0, 0);
    };
    asio::co_spawn(io, call(client, pid), asio::detached);
  }
  io.run();
  CHECK_FALSE(pids[0].empty());
  for (auto const& pid : pids) CHECK(pid == pids[0]);
}

TEST_CASE("an impatient caller does not end the attempt of a patient one") {
  asio::io_context io;
  Client client(io.get_executor(), options_for(shared_server().port()));
  bool late = false;
  auto hurry = client.query("SELECT 1", Deadline::after(0ms));
  asio::co_spawn(io, std::move(hurry),
                 [&](std::exception_ptr error, auto) { late = static_cast<bool>(error); });
  CHECK(ask(io, client, "SELECT 'patient'") == "patient");
  CHECK(late);
}

TEST_CASE("a session that the server ended while idle is replaced before anyone notices") {
  asio::io_context io;
  auto& server = shared_server();
  Client client(io.get_executor(), options_for(server.port()));
  auto const pid = ask(io, client, "SELECT pg_backend_pid()");
  server.run_sql("SELECT pg_terminate_backend(" + pid + ", 5000)");
  SECTION("by query()") { CHECK(ask(io, client, "SELECT pg_backend_pid()") != pid); }
  SECTION("by session()") {
    auto const session = run_on(io, client.session(Deadline::after(5s)));
    CHECK(text(io, *session, "SELECT pg_backend_pid()") != pid);
  }
}

TEST_CASE("a session that dies under a statement is tried once more on a fresh one") {
  asio::io_context io;
  auto& server = shared_server();
  Client client(io.get_executor(), options_for(server.port()));
  CHECK(ask(io, client, "SELECT 'kept'") == "kept");
  // Ends its own backend if that is the first one, so the repetition elsewhere succeeds.
  auto const pid = ask(io, client, "SELECT pg_backend_pid()");
  auto const sql = "SELECT CASE WHEN pg_backend_pid() = " + pid +
                   " THEN pg_terminate_backend(pg_backend_pid())::text ELSE 'second' END";
  CHECK(ask(io, client, sql) == "second");
  // Such an end on a fresh session is reported.
  Client fresh(io.get_executor(), options_for(server.port()));
  try {
    ask(io, fresh, "SELECT pg_terminate_backend(pg_backend_pid())");
    FAIL("the end of the session was not reported");
  } catch (const Error& error) {
    CHECK(error.sqlstate().empty());
    CHECK_THAT(error.what(), Catch::Contains("terminating connection due to administrator command"));
  }
}

TEST_CASE("a failing statement is not tried twice") {
  asio::io_context io;
  auto& server = shared_server();
  server.run_sql("DROP SEQUENCE IF EXISTS tries; CREATE SEQUENCE tries");
  auto options = options_for(server.port());
  Client client(io.get_executor(), options);
  ask(io, client, "SELECT 1");
  CHECK_THROWS_AS(ask(io, client, "SELECT nextval('tries') / 0"), Error);
  CHECK(server.value("SELECT is_called::text FROM tries") == "false");  // read-only: it could not even count
}

TEST_CASE("the client may go while its session opens") {
  asio::io_context io;
  auto client = std::make_unique<Client>(io.get_executor(), options_for(shared_server().port()));
  std::string answer;
  auto call = client->query("SELECT 'done'", Deadline::after(5s));
  asio::co_spawn(io, std::move(call), [&](std::exception_ptr, Rows rows) {
    if (rows.size() == 1) answer = rows.text(0, 0);
  });
  io.poll();
  client.reset();
  io.restart();
  io.run();
  SUCCEED("ended without touching what is gone");
}

TEST_CASE("a caller that is cancelled costs the session, and the next one gets a new one") {
  asio::io_context io;
  Client client(io.get_executor(), options_for(shared_server().port()));
  auto const pid = ask(io, client, "SELECT pg_backend_pid()");
  auto const start = Deadline::Clock::now();
  auto slow = client.query("SELECT pg_sleep(4)", Deadline::after(20s));
  CHECK_THROWS_AS(run_on(io, before(Deadline::after(100ms), std::move(slow), "the collector")), Timeout);
  CHECK(Deadline::Clock::now() - start < 3s);
  CHECK(ask(io, client, "SELECT pg_backend_pid()") != pid);
}

TEST_CASE("a loop that is destroyed takes statements in flight with it") {
  auto io = std::make_unique<asio::io_context>();
  auto client = std::make_unique<Client>(io->get_executor(), options_for(shared_server().port()));
  int ended = 0;
  for (int i = 0; i < 3; ++i) {
    auto slow = client->query("SELECT pg_sleep(4)", Deadline::after(20s));
    asio::co_spawn(*io, std::move(slow), [&](std::exception_ptr, auto) { ++ended; });
  }
  SECTION("while it waits") { io->run_for(100ms); }
  SECTION("while it connects") { io->poll(); }
  client.reset();
  io.reset();
  CHECK(ended == 0);
}

}  // namespace
}  // namespace fleet::postgres
