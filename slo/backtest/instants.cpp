#include "slo/backtest/instants.hpp"

#include <chrono>
#include <cstdio>

#include "core/config/date_time.hpp"
#include "core/config/document.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::slo {

std::optional<std::int64_t> parse_instant(std::string_view text, std::int64_t now) {
  if (text == "now") return now;
  if (text.starts_with("now-")) {
    auto const back = config::parse_duration(text.substr(4));
    if (!back) return std::nullopt;
    return now - std::chrono::duration_cast<std::chrono::seconds>(*back).count();
  }
  if (auto const plain = parse_number<std::int64_t>(text)) return *plain >= 0 ? plain : std::nullopt;
  auto const date_time = config::parse_date_time(text);
  if (!date_time) return std::nullopt;
  return date_time->time_since_epoch().count();
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
