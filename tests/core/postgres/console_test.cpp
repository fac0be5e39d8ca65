#include "core/postgres/console.hpp"

#include <catch2/catch.hpp>

#include "tests/core/postgres/shared_server.hpp"
#include "tests/message_of.hpp"
#include "tests/servers/liar.hpp"

namespace fleet::postgres {
namespace {

using testing::run_on;
using namespace std::chrono_literals;

Rows ask(asio::io_context& io, Console& console, const std::string& command,
         Deadline::Clock::duration limit = 10s) {
  return run_on(io, console.query(command, Deadline::after(limit)));
}

TEST_CASE("a console asks by the simple protocol, with no settings of its own") {
  asio::io_context io;
  Console console(io.get_executor(), options_for(shared_server().port()));
  CHECK(ask(io, console, "SELECT 41 + 1 AS n").text(0, 0) == "42");
  // The extended protocol takes no second statement.
  auto const last = ask(io, console, "SELECT 1; SELECT 2 AS two");
  CHECK(last.column_name(0) == "two");
  CHECK(ask(io, console, "SHOW statement_timeout").text(0, 0) == "0");
  CHECK(ask(io, console, "SHOW default_transaction_read_only").text(0, 0) == "off");
}

TEST_CASE("a refused command leaves the console good") {
  asio::io_context io;
  Console console(io.get_executor(), options_for(shared_server().port()));
  auto const pid = std::string(ask(io, console, "SELECT pg_backend_pid()").text(0, 0));
  try {
    ask(io, console, "SHOW no_such_thing");
    FAIL("it was answered");
  } catch (const Error& error) {
    CHECK(error.sqlstate() == "42704");
  }
  CHECK(ask(io, console, "SELECT pg_backend_pid()").text(0, 0) == pid);
}

TEST_CASE("a kept connection that has died is replaced, one that hangs is dropped") {
  asio::io_context io;
  Console console(io.get_executor(), options_for(shared_server().port()));
  auto const pid = std::string(ask(io, console, "SELECT pg_backend_pid()").text(0, 0));
  shared_server().run_sql("SELECT pg_terminate_backend(" + pid + ", 5000)");
  CHECK(ask(io, console, "SELECT pg_backend_pid()").text(0, 0) != pid);
  CHECK_THROWS_AS(ask(io, console, "SELECT pg_sleep(30)", 200ms), Timeout);
  CHECK(ask(io, console, "SELECT 1").text(0, 0) == "1");
}

TEST_CASE("what is no console fails in time") {
  asio::io_context io;
  testing::SilentServer silent;
  testing::GarbageServer garbage("HTTP/1.1 400 Bad Request\r\n\r\n");
  Console hangs(io.get_executor(), options_for(silent.port()));
  CHECK_THROWS_AS(ask(io, hangs, "SHOW VERSION", 200ms), Timeout);
  Console lies(io.get_executor(), options_for(garbage.port()));
  CHECK_FALSE(testing::message_of([&] { ask(io, lies, "SHOW VERSION", 2s); }).empty());
}

}  // namespace
}  // namespace fleet::postgres
