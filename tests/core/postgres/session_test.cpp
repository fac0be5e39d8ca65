#include <catch2/catch.hpp>
#include <cmath>

#include "tests/core/postgres/shared_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::postgres {
namespace {

using testing::run_on;
using namespace std::chrono_literals;

TEST_CASE("rows: names, text, numbers, booleans and NULL") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  auto const rows =
      query(io, *session,
            "SELECT 1.5 AS number, true AS yes, NULL::int AS nothing, 'x''y' AS word, 'NaN'::float8 AS nan, "
            "'-Infinity'::float8 AS low, 12345678901 AS \"Big\" UNION ALL "
            "SELECT -2, false, 3, '', 0, 0, 0");
  REQUIRE(rows.size() == 2);
  REQUIRE(rows.columns() == 7);
  CHECK(rows.column_name(3) == "word");
  CHECK(rows.number(0, rows.column("number")) == 1.5);
  CHECK(rows.number(1, rows.column("number")) == -2);
  CHECK(rows.number(0, rows.column("yes")) == 1);
  CHECK(rows.number(1, rows.column("yes")) == 0);
  CHECK(rows.is_null(0, rows.column("nothing")));
  CHECK_FALSE(rows.is_null(1, rows.column("nothing")));
  CHECK(std::isnan(rows.number(0, rows.column("nothing"))));
  CHECK(rows.number_or_null(0, rows.column("nothing")) == std::nullopt);
  CHECK(rows.number_or_null(1, rows.column("nothing")) == 3.0);
  CHECK(rows.text(0, rows.column("word")) == "x'y");
  CHECK(rows.text(0, rows.column("nothing")).empty());
  CHECK(std::isnan(rows.number(0, rows.column("nan"))));
  CHECK(rows.number(0, rows.column("low")) == -INFINITY);
  CHECK(rows.number(0, rows.column("Big")) == 12345678901.0);
  CHECK_THROWS_WITH(rows.column("gone"), "no column `gone` in the result");
  CHECK_THROWS_AS(rows.column("big"), Error);
  CHECK(rows.column_or("gone", 99) == 99);
  CHECK_THROWS_WITH(rows.number(0, rows.column("word")), "column `word` holds a value that is no number");
}

TEST_CASE("the session is read-only, bounded, named, and UTC-safe about its encoding") {
  asio::io_context io;
  auto options = options_for(shared_server().port());
  options.statement_timeout = 1234ms;
  options.lock_timeout = 321ms;
  auto const session = open(io, options);
  CHECK(text(io, *session, "SHOW default_transaction_read_only") == "on");
  CHECK(text(io, *session, "SHOW statement_timeout") == "1234ms");
  CHECK(text(io, *session, "SHOW lock_timeout") == "321ms");
  CHECK(text(io, *session, "SHOW jit") == "off");
  CHECK(text(io, *session, "SHOW application_name") == "core_postgres_test");
  CHECK(text(io, *session, "SHOW client_encoding") == "UTF8");
  CHECK(sqlstate_of(io, *session, "CREATE TABLE forbidden (x int)") == "25006");
  CHECK(session->server_version() >= 150000);
}

TEST_CASE("statements that are sent together are one round trip that nothing comes between") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  auto const ask = [&](std::vector<std::string> statements) {
    return run_on(io, session->query_all(std::move(statements), Deadline::after(10s)));
  };
  auto const answers = ask({"BEGIN READ ONLY", "SELECT set_config('work_mem', '123kB', true)", "SHOW work_mem",
                            "SELECT txid_current_if_assigned() IS NULL, count(*) FROM pg_class", "ROLLBACK"});
  REQUIRE(answers.size() == 5);
  CHECK(answers[2].text(0, 0) == "123kB");
  CHECK(answers[3].size() == 1);
  CHECK(text(io, *session, "SHOW work_mem") != "123kB");

  // The first error is told, the rest is refused or rolled back, and the session is good.
  for (int again = 0; again < 2; ++again) {
    try {
      ask({"BEGIN READ ONLY", "SELECT no_such_column", "SELECT 1", "ROLLBACK"});
      FAIL("a column that does not exist was read");
    } catch (const Error& error) {
      CHECK(error.sqlstate() == "42703");
    }
    CHECK(text(io, *session, "SELECT 'alive'") == "alive");
  }
  CHECK(ask({"BEGIN READ ONLY", "SELECT 1", "ROLLBACK"})[1].text(0, 0) == "1");
}

TEST_CASE("a result that changes its type is prepared again, in a transaction as well") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  shared_server().run_sql("CREATE TABLE changing AS SELECT 1 AS x");
  auto const ask = [&] {
    std::vector<std::string> const statements = {"BEGIN READ ONLY", "SELECT * FROM changing", "ROLLBACK"};
    return run_on(io, session->query_all(statements, Deadline::after(10s)));
  };
  CHECK(ask()[1].columns() == 1);
  shared_server().run_sql("ALTER TABLE changing ADD y text");
  CHECK(ask()[1].columns() == 2);
  shared_server().run_sql("DROP TABLE changing");
  CHECK_THROWS_AS(ask(), Error);
}

TEST_CASE("a failing statement leaves the session good and tells only the primary message") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  CHECK(sqlstate_of(io, *session, "SELECT * FROM no_such_table") == "42P01");
  CHECK(sqlstate_of(io, *session, "SELECT * FROM no_such_table") == "42P01");
  CHECK(sqlstate_of(io, *session, "SELECT 1/(random()*0)::int") == "22012");
  CHECK(sqlstate_of(io, *session, "SELECT 1; SELECT 2") == "42601");
  try {
    query(io, *session, "SELECT no_such_column\nFROM pg_class");
    FAIL("a column that does not exist was read");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "column \"no_such_column\" does not exist");
  }
  CHECK_FALSE(session->broken());
  CHECK(text(io, *session, "SELECT 'alive'") == "alive");
}

TEST_CASE("statements are prepared once, whatever becomes of them") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  for (int i = 0; i < 5; ++i) CHECK(text(io, *session, "SELECT 'again'") == "again");
  CHECK(text(io, *session,
             "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT ''again'''") == "1");
}

TEST_CASE("a statement whose table has changed is prepared again") {
  asio::io_context io;
  auto& server = shared_server();
  server.run_sql("DROP TABLE IF EXISTS changing; CREATE TABLE changing (a int)");
  auto const session = open(io, options_for(server.port()));
  for (int i = 0; i < 7; ++i) CHECK(query(io, *session, "SELECT * FROM changing").columns() == 1);
  server.run_sql("ALTER TABLE changing ADD COLUMN b int");
  CHECK(query(io, *session, "SELECT * FROM changing").columns() == 2);
  CHECK(query(io, *session, "SELECT * FROM changing").columns() == 2);
  server.run_sql("DROP TABLE changing");
  CHECK(sqlstate_of(io, *session, "SELECT * FROM changing") == "42P01");
}

TEST_CASE("a statement that somebody deallocated is prepared again") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  CHECK(text(io, *session, "SELECT 'pooled'") == "pooled");
  query(io, *session, "DEALLOCATE ALL");
  CHECK(text(io, *session, "SELECT 'pooled'") == "pooled");
}

TEST_CASE("parameters are values, never text of the statement") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  std::vector<std::string> parameters{"'; DROP TABLE x; --", "41"};
  for (int i = 0; i < 2; ++i) {
    auto const rows =
        run_on(io, session->query("SELECT $1::text, $2::int + 1", parameters, Deadline::after(5s)));
    CHECK(rows.text(0, 0) == parameters[0]);
    CHECK(rows.number(0, 1) == 42);
  }
}

TEST_CASE("concurrent statements share the session; each fails alone") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  std::vector<std::string> outcomes(60);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    auto ask = [](std::shared_ptr<Session> shared, std::size_t n, std::string& out) -> awaitable<void> {
      // Every third fails, in the server or already in the parser; the others repeat two texts.
      auto const sql = n % 3 == 2 ? (n % 2 ? "SELECT 1/0" : "SELEC 1")
                                  : "SELECT 'answer " + std::to_string(n % 2) + "', pg_backend_pid()";
      try {
        auto const rows = co_await shared->query(sql, Deadline::after(5s));
        out = rows.text(0, 0);
      } catch (const Error& error) {
        out = error.sqlstate();
      }
    };
    asio::co_spawn(io, ask(session, i, outcomes[i]), asio::detached);
  }
  io.run();
  io.restart();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    CAPTURE(i);
    if (i % 3 == 2) {
      CHECK(outcomes[i] == (i % 2 ? "22012" : "42601"));
    } else {
      CHECK(outcomes[i] == "answer " + std::to_string(i % 2));
    }
  }
  CHECK_FALSE(session->broken());
  CHECK(text(io, *session, "SELECT 'after'") == "after");
}

TEST_CASE("many rows and a text larger than the socket's buffer come through") {
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  CHECK(query(io, *session, "SELECT i, repeat('x', 100) FROM generate_series(1, 50000) AS i").size() == 50000);
  auto const big = std::string(8 << 20, 'z');
  std::vector<std::string> outcomes(3);
  for (auto& outcome : outcomes) {
    auto ask = [](std::shared_ptr<Session> shared, std::string value, std::string& out) -> awaitable<void> {
      std::vector<std::string> parameters{std::move(value)};
      auto const rows = co_await shared->query("SELECT $1::text", std::move(parameters), Deadline::after(20s));
      out = rows.text(0, 0);
    };
    asio::co_spawn(io, ask(session, big, outcome), asio::detached);
  }
  io.run();
  for (auto const& outcome : outcomes) CHECK((outcome == big));
}

TEST_CASE("the server's own timeouts end a statement, not the session") {
  asio::io_context io;
  auto& server = shared_server();
  auto options = options_for(server.port());
  options.statement_timeout = 150ms;
  options.lock_timeout = 50ms;
  auto const session = open(io, options);
  CHECK(sqlstate_of(io, *session, "SELECT pg_sleep(20)") == "57014");
  server.run_sql("CREATE TABLE IF NOT EXISTS locked (a int)");
  auto holder_options = options_for(server.port());
  auto const holder = open(io, holder_options);
  query(io, *holder, "SET default_transaction_read_only = off");
  asio::co_spawn(io,
                 holder->query("WITH held AS (SELECT pg_advisory_lock(1)) SELECT pg_sleep(2) FROM held, locked",
                               Deadline::after(10s)),
                 [](std::exception_ptr, auto) {});
  REQUIRE(testing::wait_until([&] {
    io.run_for(5ms);
    io.restart();
    return server.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == "1";
  }));
  CHECK(sqlstate_of(io, *session, "SELECT pg_advisory_lock(1)") == "55P03");
  CHECK_FALSE(session->broken());
}

TEST_CASE("a deadline breaks the session and everyone who waits on it") {
  asio::io_context io;
  auto options = options_for(shared_server().port());
  auto const session = open(io, options);
  int timeouts = 0;
  auto const count = [&](std::exception_ptr error, auto) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const Timeout&) {
      ++timeouts;
    }
  };
  auto const start = Deadline::Clock::now();
  asio::co_spawn(io, session->query("SELECT pg_sleep(4)", Deadline::after(20s)), count);
  asio::co_spawn(io, session->query("SELECT 1", Deadline::after(100ms)), count);
  io.run();
  io.restart();
  CHECK(timeouts == 2);
  CHECK(Deadline::Clock::now() - start < 3s);
  CHECK(session->broken());
  CHECK_THROWS_AS(query(io, *session, "SELECT 1"), Error);
}

TEST_CASE("a session may go while a statement runs") {
  asio::io_context io;
  auto session = open(io, options_for(shared_server().port()));
  std::string message;
  auto wait = session->query("SELECT pg_sleep(4)", Deadline::after(20s));
  asio::co_spawn(io, std::move(wait), [&](std::exception_ptr error, auto) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const Error& gone) {
      message = gone.what();
    }
  });
  io.run_for(50ms);
  session.reset();
  io.restart();
  io.run();
  CHECK(message == "the session was closed");
}

TEST_CASE("the loop ends when nobody waits") {
  // A session between statements keeps no wait on the loop, so a program that is done can leave.
  asio::io_context io;
  auto const session = open(io, options_for(shared_server().port()));
  CHECK(text(io, *session, "SELECT 1") == "1");
  io.restart();
  CHECK(io.run_for(5s) < 10);
  CHECK(io.stopped());
}

}  // namespace
}  // namespace fleet::postgres
