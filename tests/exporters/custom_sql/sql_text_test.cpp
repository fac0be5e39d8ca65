#include "exporters/sql_text.hpp"

#include <catch2/catch.hpp>

namespace fleet::exporters {
namespace {

TEST_CASE("one statement that reads is taken, whatever its quotes and comments hold") {
  for (auto const* const sql :
       {"SELECT 1", "select 1;", "SELECT 1 ; ; \n", "  -- first; second\nSELECT 1",
        "/* a; /* b; */ ; */ SELECT 1", "WITH a AS (SELECT 1) SELECT * FROM a", "VALUES (1), (2)",
        "TABLE cases", "((SELECT 1))", "SELECT ';', 'it''s; fine', \"a;b\" FROM t", R"(SELECT E'a\';b')",
        "SELECT $$a;b$$, $x$;$$;$x$", "SELECT $1", "SELECT 'a\\'", "SELECT 1 -- done;", "SELECT 1; -- done",
        "SELECT e FROM t WHERE e = 'x'"}) {
    INFO(sql);
    CHECK(objection_to_statement(sql).empty());
  }
}

TEST_CASE("what is not one statement that reads is refused in words") {
  auto const second = "expected one statement, got a second one behind `;`";
  CHECK(objection_to_statement("SELECT 1; DROP TABLE cases") == second);
  CHECK(objection_to_statement("SELECT 1;SELECT 2;") == second);
  CHECK(objection_to_statement("SELECT 'a\\'; DELETE FROM t; --'") ==
        second);  // no E: a backslash escapes nothing
  CHECK(objection_to_statement("") == "expected an SQL query, got none");
  CHECK(objection_to_statement(" ; ") == "expected an SQL query, got none");
  CHECK(objection_to_statement("-- SELECT 1") == "expected an SQL query, got none");
  CHECK(objection_to_statement("delete from cases") ==
        "expected a query that reads (SELECT, WITH, VALUES or TABLE), got `delete`");
  CHECK(objection_to_statement("SHOW all") ==
        "expected a query that reads (SELECT, WITH, VALUES or TABLE), got `SHOW`");
  CHECK(objection_to_statement("SELECT 'open") == "expected the quoted text to be closed");
  CHECK(objection_to_statement("SELECT $a$ open") == "expected the quoted text to be closed");
  CHECK(objection_to_statement("SELECT 1 /* open") == "expected the comment to be closed");
}

TEST_CASE("the semicolon behind a statement goes, its comments stay") {
  CHECK(single_statement("\n SELECT 1 ;\n ; ") == "SELECT 1");
  CHECK(single_statement("SELECT 1 -- one") == "SELECT 1 -- one");
}

}  // namespace
}  // namespace fleet::exporters
