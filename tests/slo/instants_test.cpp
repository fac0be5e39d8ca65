#include "slo/backtest/instants.hpp"

#include <catch2/catch.hpp>

using namespace fleet::slo;

TEST_CASE("instants are read as people write them") {
  CHECK(parse_instant("2026-11-27T10:00:00Z", 0) == 1795773600);
  CHECK(parse_instant("2026-11-27T20:00:00+10:00", 0) == 1795773600);
  CHECK(parse_instant("2026-11-27", 0) == 1795737600);
  CHECK(parse_instant("now-1h30m", 10000) == 4600);
  CHECK(parse_instant("now", 7) == 7);
  CHECK(parse_instant("1795773600", 0) == 1795773600);
  for (auto const* bad : {"", "yesterday", "2026-13-01", "2026-11-27T10:00:00", "2026-11-27T24:00:00Z",
                          "2026-02-30", "-5", "now-x"}) {
    INFO(bad);
    CHECK_FALSE(parse_instant(bad, 0));
  }
  CHECK(format_instant(1795773600) == "2026-11-27T10:00:00Z");
}
