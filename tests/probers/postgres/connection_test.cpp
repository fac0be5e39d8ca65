// Addresses, reasons, roles and rows: what needs no server.
#include "probers/postgres/connection.hpp"

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include "probers/module.hpp"
#include "probers/postgres/cluster_roles.hpp"
#include "probers/postgres/query_result.hpp"

using namespace fleet;
using namespace fleet::probers;

namespace {

std::string parsed(const std::string& text) {
  auto const server = parse_server(text);
  return server.label() + "/" + server.database;
}

Reason reason_of_message(const std::string& message, const std::string& sqlstate = "") {
  return trouble_of(postgres::Error(message, sqlstate))->reason;
}

ServerView view(std::string node, ServerRole role, Reason reason = Reason::none) {
  ServerView made;
  made.node = std::move(node);
  made.role = role;
  made.reason = reason;
  made.detail = reason == Reason::none ? "" : "why";
  return made;
}

std::shared_ptr<const re2::RE2> regex(const char* pattern) { return std::make_shared<const re2::RE2>(pattern); }

}  // namespace

TEST_CASE("postgres targets") {
  CHECK(parsed("h:5433") == "h:5433/");
  CHECK(parsed("h") == "h:5432/");
  CHECK(parsed("h:5433/legal") == "h:5433/legal");
  CHECK(parsed("h/legal") == "h:5432/legal");
  CHECK(parsed("postgres://h:1/db") == "h:1/db");
  CHECK(parsed("postgresql://[::1]:1/db") == "[::1]:1/db");
  CHECK(parsed("[::1]") == "[::1]:5432/");
  for (auto const* bad :
       {"", ":5432", "h:", "h:0", "h:65536", "h:x", "h:5432:1", "[::1", "[::1]x", "a,b:1", "h /db", "h/a/b",
        "http://h/", "postgres://user:secret@h/db", "h/db?sslmode=require"}) {
    INFO(bad);
    CHECK_THROWS_AS(parse_server(bad), BadTarget);
  }
  try {
    parse_server("postgres://user:secret@h/db");
  } catch (const BadTarget& error) {
    CHECK(std::string(error.what()).find("secret") == std::string::npos);
  }
}

TEST_CASE("what a failure of PostgreSQL amounts to") {
  CHECK(trouble_of(Timeout("connect"))->reason == Reason::timeout);
  auto const forbidden = trouble_of(net::Failure(net::Step::resolve, net::FailureKind::forbidden, "no"));
  CHECK(forbidden->reason == Reason::forbidden);
  CHECK(forbidden->step == "resolve");
  CHECK_FALSE(trouble_of(std::bad_alloc()));

  std::string const at = "connection to server at \"127.0.0.1\", port 5432 failed: ";
  CHECK(reason_of_message(at + "Connection refused; \tIs the server running on that host?") == Reason::refused);
  CHECK(reason_of_message(at + "No route to host") == Reason::unreachable);
  CHECK(reason_of_message(at + "FATAL:  password authentication failed for user \"x\"") ==
        Reason::unauthorized);
  CHECK(reason_of_message(at + "fe_sendauth: no password supplied") == Reason::unauthorized);
  CHECK(reason_of_message(at + "FATAL:  role \"x\" does not exist") == Reason::unauthorized);
  CHECK(reason_of_message(at + "FATAL:  database \"x\" does not exist") == Reason::sql_error);
  CHECK(reason_of_message(at + "FATAL:  the database system is starting up") == Reason::sql_error);
  CHECK(reason_of_message(at + "FATAL:  sorry, too many clients already") == Reason::sql_error);
  CHECK(reason_of_message(at + "server does not support SSL, but SSL was required") == Reason::tls);
  CHECK(reason_of_message(at + "SSL error: certificate verify failed") == Reason::certificate);
  CHECK(reason_of_message(at + "server certificate for \"a\" does not match host name \"b\"") ==
        Reason::certificate);
  CHECK(reason_of_message(at + "SSL error: wrong version number") == Reason::tls);
  CHECK(reason_of_message(at + "expected authentication request from server, but received H") ==
        Reason::protocol);
  CHECK(reason_of_message(at + "server closed the connection unexpectedly") == Reason::reset);
  CHECK(reason_of_message("the connection to postgres was lost") == Reason::reset);

  CHECK(reason_of_message("cannot execute INSERT in a read-only transaction", "25006") == Reason::sql_role);
  CHECK(reason_of_message("canceling statement due to statement timeout", "57014") == Reason::timeout);
  CHECK(reason_of_message("invalid authorization", "28000") == Reason::unauthorized);
  CHECK(reason_of_message("relation does not exist", "42P01") == Reason::sql_error);
  CHECK(trouble_of(postgres::Error("no", "42P01"))->detail == "no (42P01)");
}

TEST_CASE("roles: one primary, none, two, silence") {
  auto const primary = view("a", ServerRole::primary);
  auto const replica = view("b", ServerRole::replica);
  auto const gone = view("c", ServerRole::unreachable, Reason::refused);

  CHECK(judge_roles({replica, primary, gone}).primary == 1u);
  auto verdict = judge_roles({gone, replica, view("d", ServerRole::read_only)});
  CHECK_FALSE(verdict.primary);
  CHECK(verdict.reason == Reason::sql_role);
  CHECK(verdict.detail == "no primary: c unreachable (refused), b replica, d read_only");
  verdict = judge_roles({primary, replica, view("e", ServerRole::primary)});
  CHECK(verdict.reason == Reason::sql_role);
  CHECK(verdict.detail == "more than one primary: a primary, b replica, e primary");
  verdict = judge_roles({gone});
  CHECK(verdict.reason == Reason::refused);
  CHECK(verdict.detail == "why");
  CHECK(judge_roles({view("d", ServerRole::unreachable, Reason::timeout), gone}).reason == Reason::timeout);
}

TEST_CASE("roles: facts are a set of states") {
  Facts facts;
  add_role_facts(facts, view("a", ServerRole::replica));
  REQUIRE(facts.all().size() == 4);
  double sum = 0;
  for (auto const& fact : facts.all()) {
    sum += fact.value;
    CHECK((fact.value == 1) == (fact.labels.at(1).second == "replica"));
  }
  CHECK(sum == 1);
}

TEST_CASE("rows of a query are judged without showing them") {
  TextTable const rows{{"1", "secret"}, {"2", "open"}};
  QueryExpectation expected;
  CHECK_FALSE(judge_rows(expected, rows));
  CHECK_FALSE(judge_rows(expected, {}));
  expected.value = "1";
  CHECK_FALSE(judge_rows(expected, rows));
  CHECK(judge_rows(expected, {}) == "no row, expected a value");
  expected.value = "2";
  CHECK(judge_rows(expected, rows) == "the value is not the one expected");
  expected = {};
  expected.row_count = 2;
  CHECK_FALSE(judge_rows(expected, rows));
  CHECK(judge_rows(expected, {}) == "0 rows, expected 2");
  expected = {};
  expected.rows_match = {regex("^2\\|open$"), regex("^1")};
  CHECK_FALSE(judge_rows(expected, rows));
  expected.rows_match.push_back(regex("^3"));
  CHECK(judge_rows(expected, rows) == "none of 2 rows matches ^3");
  expected = {};
  expected.rows_not_match = {regex("closed")};
  CHECK_FALSE(judge_rows(expected, rows));
  expected.rows_not_match = {regex("secr")};
  CHECK(judge_rows(expected, rows) == "a row matches secr");
}
