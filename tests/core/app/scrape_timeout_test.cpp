#include <catch2/catch.hpp>

#include "core/app/daemon.hpp"

using namespace fleet::app;
using namespace std::chrono_literals;

TEST_CASE("a scrape's time is the header's less the offset") {
  DaemonFlags flags;
  CHECK(scrape_timeout("10", flags) == 9500ms);
  CHECK(scrape_timeout("2.5", flags) == 2000ms);
  CHECK(scrape_timeout(" 3 ", flags) == 2500ms);
  CHECK(scrape_timeout("1e1", flags) == 9500ms);
  flags.scrape_timeout_offset = 0ms;
  CHECK(scrape_timeout("0.75", flags) == 750ms);
}

TEST_CASE("a header that is no positive finite number is ignored") {
  DaemonFlags const flags;
  for (std::string_view const header : {"", " ", "nan", "NaN", "-nan", "inf", "-inf", "Infinity", "0", "-0",
                                        "-5", "5s", "abc", "1e999", "5,0", "0x10p0", "+ 5"}) {
    CAPTURE(header);
    CHECK(scrape_timeout(header, flags) == 10'000ms);
  }
}

TEST_CASE("a scrape never gets less than 100 ms or more than 5 minutes") {
  DaemonFlags flags;
  CHECK(scrape_timeout("0.001", flags) == 100ms);
  CHECK(scrape_timeout("0.5", flags) == 100ms);
  CHECK(scrape_timeout("1e300", flags) == 5min);
  CHECK(scrape_timeout("301", flags) == 5min);
  flags.scrape_timeout = 1h;
  CHECK(scrape_timeout("", flags) == 5min);
  auto const left = scrape_deadline("1e300", flags).remaining();
  CHECK(left <= 5min);
  CHECK(left > 4min);
}
