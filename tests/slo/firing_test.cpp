#include "slo/backtest/firing.hpp"

#include <catch2/catch.hpp>

#include "slo/backtest/range_query.hpp"

using namespace fleet::slo;

TEST_CASE("a run fires once it has lasted for `for`, and ends with one evaluation without it") {
  auto const seen = firings({100, 110, 120, 130, 200, 300, 310}, 10, 20);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].from == 120);
  CHECK(seen[0].to == 130);
  auto const at_once = firings({100, 110, 200}, 10, 0);
  REQUIRE(at_once.size() == 2);
  CHECK(at_once[0].from == 100);
  CHECK(at_once[1].from == 200);
  CHECK(firings({}, 10, 0).empty());
}

TEST_CASE("answers of query_range") {
  CHECK(
      instants_of(
          R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[100,"1"],[115.0,"2"]]},)"
          R"({"metric":{"a":"b"},"values":[[130,"1"]]}]}})") == std::set<std::int64_t>{100, 115, 130});
  CHECK_THROWS_WITH(instants_of(R"({"status":"error","errorType":"bad_data","error":"parse error"})"),
                    "parse error");
  CHECK_THROWS_WITH(instants_of("<html>"), "the answer is not that of a Prometheus");
}
