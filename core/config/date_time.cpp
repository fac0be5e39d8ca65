#include "core/config/date_time.hpp"

#include <algorithm>

#include "core/io/parse_number.hpp"

namespace fleet::config {

namespace {

/// Takes `digits` digits off the front.
std::optional<int> take(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || text[0] == '-') return std::nullopt;
  auto const out = parse_number<int>(text.substr(0, digits));
  if (out) text.remove_prefix(digits);
  return out;
}

bool skip(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  auto const year = take(text, 4);
  if (!year || !skip(text, '-')) return std::nullopt;
  auto const month = take(text, 2);
  if (!month || !skip(text, '-')) return std::nullopt;
  auto const day = take(text, 2);
  if (!day) return std::nullopt;
  std::chrono::year_month_day const date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<std::chrono::seconds> take_time(std::string_view& text) {
  auto const hour = take(text, 2);
  if (!hour || !skip(text, ':')) return std::nullopt;
  auto const minute = take(text, 2);
  if (!minute || !skip(text, ':')) return std::nullopt;
  auto const second = take(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  if (skip(text, '.')) {
    auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  return std::chrono::seconds(*hour * 3600 + *minute * 60 + *second);
}

}  // namespace

std::optional<std::chrono::seconds> parse_zone(std::string_view text) {
  if (text == "Z") return std::chrono::seconds(0);
  bool const west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  auto const hour = take(text, 2);
  if (!hour || !skip(text, ':')) return std::nullopt;
  auto const minute = take(text, 2);
  if (!minute || !text.empty() || *hour > 14 || *minute > 59) return std::nullopt;
  return std::chrono::seconds((west ? -60 : 60) * (*hour * 60 + *minute));
}

std::optional<std::chrono::sys_seconds> parse_date_time(std::string_view text) {
  auto const date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return *date;
  if (!skip(text, 'T')) return std::nullopt;
  auto const time = take_time(text);
  auto const zone = parse_zone(text);
  if (!time || !zone) return std::nullopt;
  return std::chrono::sys_seconds(*date) + *time - *zone;
}

}  // namespace fleet::config
