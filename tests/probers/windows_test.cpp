#include "probers/windows.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

using namespace fleet::probers;

namespace {

/// A local time of the zone that the test has set.
std::chrono::system_clock::time_point local(int year, int month, int day, int hour, int minute) {
  std::tm parts{};
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  parts.tm_hour = hour;
  parts.tm_min = minute;
  parts.tm_isdst = -1;
  return std::chrono::system_clock::from_time_t(std::mktime(&parts));
}

class Zone {
 public:
  explicit Zone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~Zone() {
    ::unsetenv("TZ");
    ::tzset();
  }
};

constexpr std::uint8_t monday = 1 << 1, friday = 1 << 5, saturday = 1 << 6, sunday = 1;

}  // namespace

TEST_CASE("days by name, short or long, and from one to another") {
  CHECK(parse_days("mon") == monday);
  CHECK(parse_days("Friday") == friday);
  CHECK(parse_days("mon-fri") == 0b0111110);
  CHECK(parse_days("sat-Sunday") == (saturday | sunday));
  CHECK(parse_days("fri-mon") == (friday | saturday | sunday | monday));
  for (auto const* const text : {"", "mo", "mond", "mon-", "-mon", "mon-fry", "mon-tue-wed", "mon tue", "1"}) {
    CAPTURE(text);
    CHECK(parse_days(text) == 0);
  }
}

TEST_CASE("times of day") {
  CHECK(parse_minute_of_day("00:00") == 0);
  CHECK(parse_minute_of_day("23:59") == 23 * 60 + 59);
  CHECK(parse_minute_of_day("24:00") == 24 * 60);
  for (auto const* const text :
       {"", "8:00", "24:01", "25:00", "12:60", "12.30", "1200", "ab:cd", "-1:00", "12:0x"}) {
    CAPTURE(text);
    CHECK(parse_minute_of_day(text) == -1);
  }
}

TEST_CASE("open within any enable window and outside of quiet hours, to the minute") {
  Zone const zone("Australia/Sydney");
  Windows windows;
  CHECK(windows.open(local(2026, 11, 23, 3, 0)));
  windows.enabled = {{0b0111110, 8 * 60, 18 * 60}};
  windows.quiet = {{0x7f, 12 * 60, 13 * 60}};
  CHECK_FALSE(windows.open(local(2026, 11, 23, 7, 59)));  // a Monday
  CHECK(windows.open(local(2026, 11, 23, 8, 0)));
  CHECK(windows.open(local(2026, 11, 23, 11, 59)));
  CHECK_FALSE(windows.open(local(2026, 11, 23, 12, 0)));
  CHECK(windows.open(local(2026, 11, 23, 13, 0)));
  CHECK_FALSE(windows.open(local(2026, 11, 23, 18, 0)));
  CHECK_FALSE(windows.open(local(2026, 11, 22, 10, 0)));  // a Sunday
}

TEST_CASE("a window over midnight belongs to the day it began on") {
  Zone const zone("Australia/Sydney");
  Windows windows;
  windows.enabled = {{friday, 22 * 60, 6 * 60}};
  CHECK_FALSE(windows.open(local(2026, 11, 27, 5, 0)));  // Friday morning is Thursday's
  CHECK(windows.open(local(2026, 11, 27, 22, 0)));
  CHECK(windows.open(local(2026, 11, 28, 5, 59)));
  CHECK_FALSE(windows.open(local(2026, 11, 28, 6, 0)));
  CHECK_FALSE(windows.open(local(2026, 11, 28, 22, 0)));
}

TEST_CASE("hours are those of the wall, before and after daylight saving begins") {
  Zone const zone("Australia/Sydney");
  Windows windows;
  windows.enabled = {{0x7f, 9 * 60, 10 * 60}};
  // It began on Sunday, 4 October 2026: 09:30 is 23:30 UTC the day before, then 22:30.
  CHECK(windows.open(local(2026, 10, 3, 9, 30)));
  CHECK(windows.open(local(2026, 10, 5, 9, 30)));
  CHECK(local(2026, 10, 5, 9, 30) - local(2026, 10, 3, 9, 30) == std::chrono::hours(47));
}
