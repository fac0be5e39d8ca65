#include "core/metrics/nearest_rank.hpp"

#include <catch2/catch.hpp>

using fleet::nearest_rank;

TEST_CASE("the nearest rank is the smallest that reaches the share") {
  CHECK(nearest_rank(0.95, 20) == 19);
  CHECK(nearest_rank(0.95, 21) == 20);
  CHECK(nearest_rank(0.95, 1) == 1);
  CHECK(nearest_rank(1, 7) == 7);
  CHECK(nearest_rank(0.0001, 7) == 1);
  CHECK(nearest_rank(0, 7) == 1);
}

TEST_CASE("a product that comes out a hair above an integer is that integer") {
  CHECK(nearest_rank(0.07, 100) == 7);  // 7.000000000000001
  CHECK(nearest_rank(0.07, 101) == 8);
}
