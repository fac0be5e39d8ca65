// Statements without what people wrote into them.
#include "exporters/postgres/query_text.hpp"

#include <catch2/catch.hpp>

namespace fleet::exporters::postgres {
namespace {

std::string shown(std::string_view sql) { return without_constants(sql, 1000); }

}  // namespace

TEST_CASE("constants become question marks") {
  CHECK(shown("SELECT * FROM cases WHERE name = 'Jane O''Hara' AND id=42") ==
        "SELECT * FROM cases WHERE name = ? AND id=?");
  CHECK(shown("SELECT E'a\\'b', 'c\\', d") == "SELECT ?, ?, d");
  CHECK(shown("SELECT B'01', X'ff', N'x', U&'x'") == "SELECT ?, ?, ?, U&?");
  CHECK(shown("SELECT $$it's$$, $tag$ $$ $tag$, $1") == "SELECT ?, ?, $1");
  CHECK(shown("SELECT 1.5e-7, .5, 0x1F, 1_000") == "SELECT ?, ?, ?, ?");
  CHECK(shown("UPDATE t1 SET a2 = 3-4") == "UPDATE t1 SET a2 = ?-?");
  CHECK(shown("SELECT \"it's 5\" FROM \"a\"\"b\"") == "SELECT \"it's 5\" FROM \"a\"\"b\"");
}

TEST_CASE("comments go, white space is one blank") {
  CHECK(shown("SELECT a -- for Jane\n  FROM b /* case 7 /* nested */ 'x' */ WHERE c") ==
        "SELECT a FROM b WHERE c");
  CHECK(shown("  SELECT\n\t1 ; ") == "SELECT ? ;");
}

TEST_CASE("what is cut off shows nothing of a constant") {
  CHECK(shown("SELECT 'Jane") == "SELECT ?");
  CHECK(shown("SELECT $x$Jane") == "SELECT ?");
  CHECK(shown("SELECT 1 /* Jane") == "SELECT ?");
  CHECK(shown("SELECT \"Jane") == "SELECT \"Jane");
  CHECK(shown("") == "");
}

TEST_CASE("a shortened text ends with a whole character") {
  CHECK(shortened("a\xc3\xa4", 2) == "a");
  CHECK(shortened("a\xc3\xa4", 3) == "a\xc3\xa4");
  CHECK(shortened("abc", 0) == "");
  CHECK(without_constants("SELECT abc", 8) == "SELECT a");
}

}  // namespace fleet::exporters::postgres
