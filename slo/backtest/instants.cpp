#include "slo/backtest/instants.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

#include "core/config/document.hpp"

namespace fleet::slo {

namespace {

/// Takes `digits` digits off the front.
std::optional<int> take(std::string_view& text, std::size_t digits) {
  int out = 0;
  if (text.size() < digits) return std::nullopt;
  auto const [end, error] = std::from_chars(text.data(), text.data() + digits, out);
  if (error != std::errc() || end != text.data() + digits || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return out;
}

bool skip(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// "Z", "+10:00": seconds east of Greenwich; the whole of `text`.
std::optional<std::int64_t> parse_zone(std::string_view text) {
  if (text == "Z") return 0;
  bool const west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  auto const hour = take(text, 2);
  if (!hour || !skip(text, ':')) return std::nullopt;
  auto const minute = take(text, 2);
  if (!minute || !text.empty() || *hour > 14 || *minute > 59) return std::nullopt;
  return (west ? -60LL : 60LL) * (*hour * 60LL + *minute);
}

std::optional<std::int64_t> parse_date_and_time(std::string_view text) {
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
  std::int64_t const midnight =
      std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count();
  if (text.empty()) return midnight;
  if (!skip(text, 'T')) return std::nullopt;
  auto const hour = take(text, 2);
  if (!hour || !skip(text, ':')) return std::nullopt;
  auto const minute = take(text, 2);
  if (!minute || !skip(text, ':')) return std::nullopt;
  auto const second = take(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  auto const zone = parse_zone(text);
  if (!zone) return std::nullopt;
  return midnight + *hour * 3600 + *minute * 60 + *second - *zone;
}

}  // namespace

std::optional<std::int64_t> parse_instant(std::string_view text, std::int64_t now) {
  if (text == "now") return now;
  if (text.starts_with("now-")) {
    auto const back = config::parse_duration(text.substr(4));
    if (!back) return std::nullopt;
    return now - std::chrono::duration_cast<std::chrono::seconds>(*back).count();
  }
  std::int64_t plain = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), plain);
  if (!text.empty() && error == std::errc() && end == text.data() + text.size())
    return plain >= 0 ? std::optional(plain) : std::nullopt;
  return parse_date_and_time(text);
}

std::string format_instant(std::int64_t seconds) {
  std::chrono::sys_seconds const at{std::chrono::seconds(seconds)};
  auto const day = std::chrono::floor<std::chrono::days>(at);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const time(at - day);
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()), unsigned(date.month()),
                unsigned(date.day()), int(time.hours().count()), int(time.minutes().count()),
                int(time.seconds().count()));
  return out;
}

}  // namespace fleet::slo
