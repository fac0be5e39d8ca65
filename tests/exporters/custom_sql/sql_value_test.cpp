#include "exporters/sql_value.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace fleet::exporters {
namespace {

constexpr unsigned kBool = 16, kText = 25, kFloat = 701, kDate = 1082, kTimestamp = 1114, kTimestampTz = 1184;

TEST_CASE("numbers, booleans and points in time are numbers") {
  CHECK(sql_number("-1.5e3", kFloat) == -1500.0);
  CHECK(sql_number("12", kText) == 12.0);
  CHECK(sql_number("Infinity", kFloat) == HUGE_VAL);
  CHECK(std::isnan(*sql_number("NaN", kFloat)));
  CHECK(sql_number("t", kBool) == 1.0);
  CHECK(sql_number("f", kBool) == 0.0);
  CHECK_FALSE(sql_number("t", kText));
  CHECK_FALSE(sql_number("12 apples", kText));
  CHECK_FALSE(sql_number("", kText));
  CHECK(sql_number("1970-01-02", kDate) == 86400.0);
  CHECK(sql_number("2026-11-27 10:08:48.25+00", kTimestampTz) == 1795774128.25);
  CHECK(sql_number("2026-11-27 20:38:48.25+10:30", kTimestampTz) == 1795774128.25);
  CHECK(sql_number("2026-11-27 06:08:48.25-04", kTimestampTz) == 1795774128.25);
  CHECK(sql_number("2026-11-27 10:08:48.25", kTimestamp) == 1795774128.25);
  CHECK(sql_number("infinity", kTimestamp) == HUGE_VAL);
  CHECK(sql_number("-infinity", kTimestampTz) == -HUGE_VAL);
  CHECK(sql_number("0001-12-31 BC", kDate) == -62135596800.0 - 86400);
  CHECK_FALSE(sql_number("2026-11-27", kText));
  CHECK_FALSE(sql_number("2026-13-27", kDate));
  CHECK_FALSE(sql_number("27/11/2026", kDate));
}

TEST_CASE("labels are text, except booleans and points in time") {
  CHECK(sql_label("open", kText) == "open");
  CHECK(sql_label("t", kText) == "t");
  CHECK(sql_label("t", kBool) == "true");
  CHECK(sql_label("f", kBool) == "false");
  CHECK(sql_label("2026-11-27 10:08:48.75+00", kTimestampTz) == "1795774128");
  CHECK(sql_label("infinity", kTimestampTz) == "infinity");
}

TEST_CASE("durations as Go writes them, in whole milliseconds") {
  CHECK(go_duration_milliseconds("1h2m3.5s") == 3723500.0);
  CHECK(go_duration_milliseconds("300ms") == 300.0);
  CHECK(go_duration_milliseconds("-1.5s") == -1500.0);
  CHECK(go_duration_milliseconds("1500us") == 1.0);
  CHECK(go_duration_milliseconds("1500\xC2\xB5s") == 1.0);
  CHECK(go_duration_milliseconds("0") == 0.0);
  CHECK(go_duration_milliseconds("0.1s") == 100.0);
  for (auto const* const text : {"", "-", "1", "-1", "s", "1 s", "00:01:30", "1e3s", "1d", "1.2.3s"}) {
    INFO(text);
    CHECK_FALSE(go_duration_milliseconds(text));
  }
}

TEST_CASE("arrays of numbers") {
  using Numbers = std::vector<double>;
  CHECK(sql_number_array("{1,2.5,Infinity}") == Numbers{1, 2.5, HUGE_VAL});
  CHECK(sql_number_array("{}") == Numbers{});
  for (auto const* const text : {"", "1", "{1,NULL}", "{1,}", "{a}", "{1"}) {
    INFO(text);
    CHECK_FALSE(sql_number_array(text));
  }
}

}  // namespace
}  // namespace fleet::exporters
