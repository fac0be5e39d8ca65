#include "probers/status/maintenance.hpp"

#include <algorithm>

namespace fleet::probers::status {

namespace {

bool is_day(const Recurrence& when, std::chrono::sys_days day) {
  std::chrono::year_month_day const date(day);
  auto const weekday = std::chrono::weekday(day).c_encoding();
  auto const number = static_cast<unsigned>(date.day()), month = static_cast<unsigned>(date.month());
  return (when.weekdays >> weekday & 1U) != 0 && (when.months >> (month - 1) & 1U) != 0 &&
         number >= when.first_day && number <= when.last_day;
}

}  // namespace

std::optional<Span> Maintenance::next(std::chrono::sys_seconds now, std::chrono::days horizon) const {
  if (once) {
    bool const near = once->end > now && once->begin < now + horizon;
    return near ? once : std::nullopt;
  }
  using std::chrono::minutes;
  int const length = recurrence.to > recurrence.from ? recurrence.to - recurrence.from
                                                     : recurrence.to + 24 * 60 - recurrence.from;
  auto const today = std::chrono::floor<std::chrono::days>(now + recurrence.utc_offset);
  // Yesterday's may reach into today.
  for (auto day = today - std::chrono::days(1); day <= today + horizon; day += std::chrono::days(1)) {
    if (!is_day(recurrence, day)) continue;
    auto const begin = std::chrono::sys_seconds(day) + minutes(recurrence.from) - recurrence.utc_offset;
    auto const end = begin + minutes(length);
    if (end > now && begin < now + horizon) return Span{begin, end};
  }
  return std::nullopt;
}

bool Maintenance::covers(const std::string& service) const {
  return services.empty() || std::find(services.begin(), services.end(), service) != services.end();
}

}  // namespace fleet::probers::status
