// Checks `connect` and `query` against PostgreSQL, and against what is none.
#include "probers/postgres/postgres_probe.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "probers/postgres/postgres_module.hpp"
#include "tests/servers/coroutine.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/waiting.hpp"

using namespace fleet;
using namespace fleet::probers;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

testing::PostgresServer& server() {
  static testing::PostgresServer instance({}, "scram-sha-256");
  static bool const prepared = [] {
    instance.run_sql("CREATE ROLE probe LOGIN PASSWORD 'pass-w0rd'");
    instance.run_sql("CREATE DATABASE other");
    return true;
  }();
  (void)prepared;
  return instance;
}

std::shared_ptr<Probe> probe(const std::string& options, const std::string& target,
                             const ReadContext& context = {}) {
  auto const root = config::Document::parse("postgres: {" + options + "}", "p.yml").root();
  return read_postgres(root.mapping({"postgres"}).optional("postgres"), root, context)->probe({target, ""});
}

ProbeResult run(const std::string& options, const std::string& target, std::chrono::milliseconds timeout = 5s,
                Notes* notes = nullptr) {
  asio::io_context io;
  auto const one = probe(options, target);
  return testing::run_on(io, attempt_once(*one, Deadline::after(timeout), notes));
}

const std::string user = "username: probe, password: pass-w0rd, database: postgres";

}  // namespace

TEST_CASE("postgres connect: good, with its phases") {
  Notes notes;
  auto const result = run(user, server().address(), 5s, &notes);
  INFO(result.detail);
  CHECK(result.outcome == Outcome::good);
  REQUIRE(result.phases.size() == 2);
  CHECK(result.phases[0].first == "resolve");
  CHECK(result.phases[1].first == "connect");
  CHECK(result.phases[1].second > 0);
  CHECK(result.phase_kind->name == "probe_postgres_duration_seconds");
  CHECK(*result.facts.find(facts::postgres_server_version) >= 130000);
  CHECK(*result.facts.find(facts::ip_protocol) == 4);
  CHECK(notes.lines().size() == 1);
}

TEST_CASE("postgres connect: who may not come in") {
  for (auto const* who :
       {"username: probe, password: wrong", "username: probe", "username: nobody, password: x"}) {
    auto const result = run(who, server().address());
    INFO(result.detail);
    CHECK(result.outcome == Outcome::bad);
    CHECK(result.reason == Reason::unauthorized);
    CHECK(result.step == "connect");
    CHECK_THAT(result.detail, !Contains("wrong"));
  }
  auto const database = run(user, server().address() + "/absent");
  CHECK(database.reason == Reason::sql_error);
  CHECK(run(user, server().address() + "/other").outcome == Outcome::good);
  auto const tls = run(user + ", sslmode: require", server().address());
  CHECK(tls.reason == Reason::tls);
}

TEST_CASE("postgres connect: nobody, silence, another protocol, a forbidden network, a name that is none") {
  CHECK(run(user, "127.0.0.1:1").reason == Reason::refused);
  testing::SilentServer silent;
  auto const begin = Deadline::Clock::now();
  auto const hung = run(user, silent.address(), 200ms);
  CHECK(hung.reason == Reason::timeout);
  CHECK(hung.step == "connect");
  CHECK(Deadline::Clock::now() - begin >= 200ms);
  testing::GarbageServer http("HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK(run(user, http.address()).reason == Reason::protocol);
  CHECK(run(user + ", sslmode: disable", http.address()).reason == Reason::protocol);
  testing::GarbageServer slams("", testing::GarbageServer::Then::close_at_once);
  CHECK(run(user + ", sslmode: disable", slams.address()).reason == Reason::reset);
  auto const name = run(user, "no-such-host.invalid:5432");
  CHECK(name.reason == Reason::name);
  CHECK(name.step == "resolve");

  ReadContext context;
  context.allowed = std::make_shared<const net::Networks>(std::vector<std::string>{"10.0.0.0/8"});
  asio::io_context io;
  auto const fenced = probe(user, server().address(), context);
  auto const result = testing::run_on(io, attempt_once(*fenced, Deadline::after(5s)));
  CHECK(result.reason == Reason::forbidden);
  CHECK(result.step == "resolve");
}

TEST_CASE("postgres query: value, rows, errors") {
  auto const query = [](const std::string& more) {
    return run(user + ", check: query, " + more, server().address());
  };
  auto const good = query("sql: 'SELECT 41 + 1', expect_value: '42', expect_row_count: 1");
  INFO(good.detail);
  CHECK(good.outcome == Outcome::good);
  CHECK(good.phases.back().first == "query");
  CHECK(*good.facts.find(facts::postgres_query_value) == 42);
  CHECK(*good.facts.find(facts::postgres_query_rows) == 1);
  auto const other = query("sql: 'SELECT 41', expect_value: '42'");
  CHECK(other.reason == Reason::sql_value);
  CHECK(other.step == "query");
  CHECK(*other.facts.find(facts::postgres_query_value) == 41);
  CHECK(query("sql: \"VALUES ('a', 1), ('b', 2)\", expect_rows_match: ['^b.2$']").outcome == Outcome::good);
  CHECK(query("sql: \"VALUES ('a', 1), ('b', 2)\", expect_rows_match: ['^c']").reason == Reason::sql_value);
  auto const refused = query("sql: SELECT secret FROM nowhere");
  CHECK(refused.reason == Reason::sql_error);
  CHECK_THAT(refused.detail, Contains("42P01") && !Contains("SELECT"));
  CHECK(query("sql: CREATE TABLE t ()").reason == Reason::sql_role);  // a query never writes
  CHECK(query("sql: CREATE TABLE t (), role: primary").reason == Reason::sql_role);
  auto const slow = run(user + ", check: query, sql: SELECT pg_sleep(30)", server().address(), 300ms);
  CHECK(slow.reason == Reason::timeout);
  CHECK(slow.step == "query");
}

TEST_CASE("postgres query: the role that answers") {
  auto const result = run(user + ", role: primary", server().address());
  CHECK(result.outcome == Outcome::good);
  auto const wrong = run(user + ", role: replica", server().address());
  CHECK(wrong.reason == Reason::sql_role);
  CHECK(wrong.step == "role");
  CHECK(wrong.detail == "the server is primary, expected replica");
}

TEST_CASE("postgres: what the server sees of the probe") {
  auto const seen =
      run(user + ", check: query, sql: SELECT current_setting('application_name'), expect_value: slo_prober",
          server().address());
  CHECK(seen.outcome == Outcome::good);
  // A statement that a probe gave up does not run on for long.
  auto const running = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'probe' AND state = 'active'";
  CHECK(testing::wait_until([&] { return server().value(running) == "0"; }));
}
