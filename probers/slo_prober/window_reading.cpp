#include "probers/slo_prober/window_reading.hpp"

#include <bitset>

namespace fleet::probers {

namespace {

using config::Value;

constexpr int day_minutes = 24 * 60;
using Week = std::bitset<7 * day_minutes>;

std::uint8_t read_day(const Value& value) {
  auto const days = parse_days(value.text());
  if (days == 0) value.fail("expected days like mon, sat-sun or Friday, got `" + value.text() + "`");
  return days;
}

std::uint8_t read_days(const Value& value) {
  if (!value.is_list()) return read_day(value);
  unsigned days = 0;
  for (auto const& one : value.list()) days |= read_day(one);
  return static_cast<std::uint8_t>(days);
}

int read_minute(const Value& value) {
  int const minute = parse_minute_of_day(value.text());
  if (minute < 0) value.fail("expected a time of day from 00:00 to 24:00, got `" + value.text() + "`");
  return minute;
}

WeekWindow read_window(const Value& value) {
  auto const mapping = value.mapping({"days", "from", "to"});
  auto const days = mapping.optional("days"), from = mapping.optional("from"), to = mapping.optional("to");
  if (!days && !from && !to) value.fail("expected `days`, `from` or `to`");
  WeekWindow window;
  if (days) window.days = read_days(*days);
  if (from) window.from = read_minute(*from);
  if (to) window.to = read_minute(*to);
  if (window.from == day_minutes) from->fail("expected a time of day before 24:00");
  if (window.from == window.to) (to ? to : from)->fail("expected `to` to differ from `from`");
  return window;
}

std::vector<WeekWindow> read_list(const config::Mapping& probe, std::string_view key) {
  std::vector<WeekWindow> windows;
  if (auto const value = probe.optional(key)) {
    for (auto const& entry : value->list()) windows.push_back(read_window(entry));
  }
  return windows;
}

Week minutes_of(const std::vector<WeekWindow>& windows) {
  Week week;
  for (auto const& window : windows) {
    int const length =
        window.to > window.from ? window.to - window.from : window.to + day_minutes - window.from;
    for (int day = 0; day < 7; ++day) {
      if ((window.days >> day & 1) == 0) continue;
      int const begin = day * day_minutes + window.from;
      for (int i = 0; i < length; ++i) week.set(static_cast<std::size_t>((begin + i) % (7 * day_minutes)));
    }
  }
  return week;
}

}  // namespace

bool ever_open(const Windows& windows) {
  auto const enabled = windows.enabled.empty() ? Week().set() : minutes_of(windows.enabled);
  return (enabled & ~minutes_of(windows.quiet)).any();
}

Windows read_windows(const config::Mapping& probe) {
  Windows windows;
  windows.enabled = read_list(probe, "enabled");
  windows.quiet = read_list(probe, "quiet");
  if (!ever_open(windows)) {
    probe.required("quiet").fail("expected quiet hours that leave some of the week in which the probe runs");
  }
  return windows;
}

}  // namespace fleet::probers
