#include <catch2/catch.hpp>
#include <map>

#include "tests/core/config/error_of.hpp"

using namespace std::chrono_literals;
using namespace fleet::config;
using fleet::testing::error_of;
using fleet::testing::yaml;

TEST_CASE("durations are Prometheus'") {
  std::map<std::string, std::int64_t> const good{{"0", 0},
                                                 {"0s", 0},
                                                 {"50ms", 50},
                                                 {"90s", 90'000},
                                                 {"1h30m", 5'400'000},
                                                 {"1d", 86'400'000},
                                                 {"2w", 1'209'600'000},
                                                 {"1y", 31'536'000'000},
                                                 {"1y2w3d4h5m6s7ms", 33'019'506'007},
                                                 {"1m5ms", 60'005}};
  for (const auto& [text, expected] : good) {
    CAPTURE(text);
    auto const length = parse_duration(text);
    REQUIRE(length);
    CHECK(length->count() == expected);
  }
}

TEST_CASE("what Prometheus does not take as a duration is refused") {
  for (std::string const text : {"",
                                 "1",
                                 "1.5s",
                                 "-5s",
                                 "+5s",
                                 "s",
                                 "5",
                                 "5 s",
                                 " 5s",
                                 "5s ",
                                 "1m1h",
                                 "1s1s",
                                 "1ms1s",
                                 "1sec",
                                 "1M",
                                 "1h-3m",
                                 "99999999999999999999s",
                                 "9223372036854775807w",
                                 "0x5s",
                                 "1s0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("formatting is the inverse of parsing") {
  CHECK(format_duration(0ms) == "0s");
  CHECK(format_duration(50ms) == "50ms");
  CHECK(format_duration(90s) == "1m30s");
  CHECK(format_duration(24h * 90) == "90d");
  CHECK(format_duration(24h * 14) == "2w");
  CHECK(format_duration(24h * 365) == "1y");
  CHECK(format_duration(-1500ms) == "-1s500ms");
  for (std::int64_t value = 1; value < 400'000'000'000; value = value * 3 + 1) {
    CAPTURE(value);
    CHECK(parse_duration(format_duration(std::chrono::milliseconds(value))) ==
          std::chrono::milliseconds(value));
  }
}

TEST_CASE("a duration's limits are inclusive and named") {
  auto const read = [](const std::string& text) { return yaml(text).duration(1s, 5min); };
  CHECK(read("1s") == 1s);
  CHECK(read("5m") == 5min);
  CHECK(error_of([&] { read("999ms"); }) == "t.yml:1:1: expected a duration of at least 1s, got `999ms`");
  CHECK(error_of([&] { read("0"); }) == "t.yml:1:1: expected a duration of at least 1s, got `0`");
  CHECK(error_of([&] { read("5m1ms"); }) == "t.yml:1:1: expected a duration of at most 5m, got `5m1ms`");
  CHECK(error_of([&] { read("-3s"); }) ==
        "t.yml:1:1: expected a duration such as 1h30m, 90s or 50ms, got `-3s`");
  CHECK(error_of([&] { read("[1s]"); }) ==
        "t.yml:1:1: expected a duration such as 1h30m, 90s or 50ms, got a list");
  auto const root = yaml("a: 7s\n").mapping({"a", "b"});
  CHECK(root.duration_or("a", 1s, 1s) == 7s);
  CHECK(root.duration_or("b", 1s, 1s) == 1s);
}
