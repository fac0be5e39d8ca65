#include "exporters/sql_value.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/io/parse_number.hpp"

namespace fleet::exporters {

namespace {

constexpr unsigned kBool = 16, kDate = 1082, kTimestamp = 1114, kTimestampTz = 1184;

bool is_time(unsigned type) { return type == kDate || type == kTimestamp || type == kTimestampTz; }

template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// "10:08:48.25", and of an offset from UTC "10" or "10:30".
std::optional<double> take_clock(std::string_view& text) {
  auto const hours = take_number<unsigned>(text);
  if (!hours) return std::nullopt;
  double seconds = *hours * 3600.0;
  if (!take(text, ':')) return seconds;
  auto const minutes = take_number<unsigned>(text);
  if (!minutes) return std::nullopt;
  seconds += *minutes * 60.0;
  if (!take(text, ':')) return seconds;
  auto const rest = take_number<double>(text);
  if (!rest) return std::nullopt;
  return seconds + *rest;
}

// "2026-11-27 10:08:48.25+10:30", "2026-11-27", "0044-03-15 BC".
std::optional<double> unix_time(std::string_view text) {
  auto const year = take_number<unsigned>(text);
  if (!year || !take(text, '-')) return std::nullopt;
  auto const month = take_number<unsigned>(text);
  if (!month || !take(text, '-')) return std::nullopt;
  auto const day = take_number<unsigned>(text);
  if (!day) return std::nullopt;
  double seconds = 0;
  if (text.size() > 1 && text[0] == ' ' && text[1] != 'B') {
    take(text, ' ');
    auto const clock = take_clock(text);
    if (!clock) return std::nullopt;
    seconds = *clock;
    double const sign = text.starts_with('-') ? 1 : -1;
    if (take(text, '+') || take(text, '-')) {
      auto const offset = take_clock(text);
      if (!offset) return std::nullopt;
      seconds += sign * *offset;
    }
  }
  int signed_year = static_cast<int>(*year);
  if (text == " BC") {
    signed_year = 1 - signed_year;
  } else if (!text.empty()) {
    return std::nullopt;
  }
  std::chrono::year_month_day const date{std::chrono::year(signed_year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  auto const days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * 86400 + seconds;
}

}  // namespace

std::optional<double> sql_number(std::string_view text, unsigned type) {
  if (type == kBool) return text == "t" ? 1 : 0;
  auto rest = text;
  auto const number = take_number<double>(rest);
  if (number && rest.empty()) return number;  // "infinity" of a timestamp too
  return is_time(type) ? unix_time(text) : std::nullopt;
}

std::string sql_label(std::string_view text, unsigned type) {
  if (type == kBool) return text == "t" ? "true" : "false";
  if (is_time(type)) {
    auto const seconds = unix_time(text);
    if (seconds) return std::to_string(static_cast<std::int64_t>(std::floor(*seconds)));
  }
  return std::string(text);
}

std::optional<double> go_duration_milliseconds(std::string_view text) {
  double const sign = text.starts_with('-') ? -1 : 1;
  if (!take(text, '-')) take(text, '+');
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  struct Unit {
    std::string_view name;
    double milliseconds;
  };
  constexpr std::array<Unit, 8> units = {{{"ns", 1e-6},
                                          {"us", 1e-3},
                                          {"\xC2\xB5s", 1e-3},
                                          {"\xCE\xBCs", 1e-3},
                                          {"ms", 1},
                                          {"s", 1000},
                                          {"m", 60'000},
                                          {"h", 3'600'000}}};
  double total = 0;
  while (!text.empty()) {
    // Not what from_chars would take besides: an exponent, a sign, "inf".
    auto const digits = text.substr(0, text.find_first_not_of("0123456789."));
    auto const number = parse_number<double>(digits);
    if (!number) return std::nullopt;
    text.remove_prefix(digits.size());
    auto const name = text.substr(0, text.find_first_of("0123456789."));
    const Unit* found = nullptr;
    for (auto const& unit : units) {
      if (unit.name == name) found = &unit;
    }
    if (!found) return std::nullopt;
    total += *number * found->milliseconds;
    text.remove_prefix(name.size());
  }
  return sign * std::trunc(total + 1e-9);
}

std::optional<std::vector<double>> sql_number_array(std::string_view text) {
  if (!take(text, '{') || !text.ends_with('}')) return std::nullopt;
  text.remove_suffix(1);
  std::vector<double> numbers;
  if (text.empty()) return numbers;
  while (true) {
    auto const comma = text.find(',');
    auto const number = sql_number(text.substr(0, comma), 0);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    if (comma == std::string_view::npos) return numbers;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace fleet::exporters
