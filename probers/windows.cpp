#include "probers/windows.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

namespace fleet::probers {

namespace {

bool has_day(std::uint8_t days, int day) { return (days >> day & 1) != 0; }

bool contains(const WeekWindow& window, int day, int minute) {
  if (window.to > window.from) return has_day(window.days, day) && minute >= window.from && minute < window.to;
  int const yesterday = (day + 6) % 7;
  return (has_day(window.days, day) && minute >= window.from) ||
         (has_day(window.days, yesterday) && minute < window.to);
}

int day_number(std::string_view text) {
  static constexpr std::array<std::string_view, 7> names{"sunday",   "monday", "tuesday", "wednesday",
                                                         "thursday", "friday", "saturday"};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t i = 0; i < names.size(); ++i)
    if (lower == names[i] || lower == names[i].substr(0, 3)) return static_cast<int>(i);
  return -1;
}

}  // namespace

bool Windows::open(std::chrono::system_clock::time_point now) const {
  if (enabled.empty() && quiet.empty()) return true;
  auto const time = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&time, &local);
  int const minute = local.tm_hour * 60 + local.tm_min;
  auto const within = [&](const WeekWindow& window) { return contains(window, local.tm_wday, minute); };
  return (enabled.empty() || std::any_of(enabled.begin(), enabled.end(), within)) &&
         std::none_of(quiet.begin(), quiet.end(), within);
}

int parse_minute_of_day(std::string_view text) {
  auto const digit = [&](std::size_t n) { return text[n] >= '0' && text[n] <= '9' ? text[n] - '0' : -100; };
  if (text.size() != 5 || text[2] != ':') return -1;
  int const hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
  if (hour < 0 || minute < 0 || hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return -1;
  return hour * 60 + minute;
}

std::uint8_t parse_days(std::string_view text) {
  auto const dash = text.find('-');
  int const first = day_number(text.substr(0, dash));
  int const last = dash == text.npos ? first : day_number(text.substr(dash + 1));
  if (first < 0 || last < 0) return 0;
  std::uint8_t days = 0;
  for (int day = first;; day = (day + 1) % 7) {
    days = static_cast<std::uint8_t>(days | 1u << day);
    if (day == last) return days;
  }
}

}  // namespace fleet::probers
