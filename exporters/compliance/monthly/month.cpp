#include "exporters/compliance/monthly/month.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include "core/io/parse_number.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

constexpr std::array<const char*, 12> names{"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};

std::optional<int> digits(std::string_view text) {
  return text.starts_with('-') ? std::nullopt : parse_number<int>(text);
}

/// The first instant of a month; `month` may be 13.
std::int64_t begin_of(int year, int month) {
  std::tm local{};
  local.tm_year = year - 1900;
  local.tm_mon = month - 1;
  local.tm_mday = 1;
  local.tm_isdst = -1;
  return std::mktime(&local);
}

std::tm local_time(std::int64_t unix) {
  std::time_t const time = unix;
  std::tm local{};
  ::localtime_r(&time, &local);
  return local;
}

}  // namespace

std::optional<Month> parse_month(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  auto const year = digits(text.substr(0, 4)), month = digits(text.substr(5));
  if (!year || !month || *year < 1970 || *month < 1 || *month > 12) return std::nullopt;
  return Month{*year, *month};
}

bool is_time_zone(const std::string& name) {
  bool const plain =
      !name.empty() && name[0] != '/' && name.find("..") == std::string::npos &&
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
          std::string::npos;
  std::error_code none;
  return plain && std::filesystem::is_regular_file("/usr/share/zoneinfo/" + name, none);
}

MonthSpan span_of(Month month, const std::string& time_zone, std::chrono::system_clock::time_point now) {
  if (!is_time_zone(time_zone))
    throw std::runtime_error("this machine's zoneinfo does not know " + time_zone +
                             " (Debian's package tzdata)");
  ::setenv("TZ", time_zone.c_str(), 1);
  ::tzset();
  MonthSpan span;
  span.month = month;
  span.time_zone = time_zone;
  span.from = begin_of(month.year, month.month);
  auto const end = begin_of(month.year, month.month + 1);
  auto const present = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  span.complete = end <= present;
  span.to = std::min<std::int64_t>(end, present);
  span.days = local_time(end - 1).tm_mday;
  return span;
}

std::string MonthSpan::title() const {
  return std::string(names[static_cast<std::size_t>(month.month - 1)]) + " " + std::to_string(month.year);
}

std::string MonthSpan::local(std::int64_t unix) const {
  auto const time = local_time(unix);
  char rest[32];
  std::strftime(rest, sizeof rest, "%H:%M %Z", &time);
  return std::to_string(time.tm_mday) + " " + names[static_cast<std::size_t>(time.tm_mon)] + " " +
         std::to_string(1900 + time.tm_year) + " " + rest;
}

int MonthSpan::day_of(std::int64_t unix) const { return local_time(unix).tm_mday; }

}  // namespace fleet::exporters::compliance::monthly
