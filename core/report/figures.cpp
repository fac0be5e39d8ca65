#include "core/report/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <utility>

namespace fleet::report {

std::string human_seconds(double seconds) {
  if (std::isnan(seconds)) return "-";
  if (std::isinf(seconds)) return "never";
  char text[48];
  auto const size = std::abs(seconds);
  if (size < 0.0009995) {
    std::snprintf(text, sizeof text, "%.0f us", seconds * 1e6);
  } else if (size < 0.9995) {
    std::snprintf(text, sizeof text, size < 0.09995 ? "%.1f ms" : "%.0f ms", seconds * 1e3);
  } else {
    std::snprintf(text, sizeof text, size < 99.95 ? "%.2f s" : "%.0f s", seconds);
  }
  return text;
}

std::string human_seconds(std::chrono::nanoseconds length) {
  return human_seconds(std::chrono::duration<double>(length).count());
}

std::string human_age(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  constexpr std::array<std::pair<std::int64_t, char>, 4> units{
      {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  auto left = static_cast<std::int64_t>(std::min(std::abs(seconds), 1e15));
  std::string out;
  int named = 0;
  for (auto const& [length, letter] : units) {
    if (named == 0 && left < length) continue;
    if (++named > 2) break;
    if (auto const count = left / length; count > 0 || named == 1)
      out += (out.empty() ? "" : " ") + std::to_string(count) + letter;
    left %= length;
  }
  return out.empty() ? "0s" : out;
}

std::string rfc3339(std::chrono::system_clock::time_point when) {
  auto const time = std::chrono::system_clock::to_time_t(when);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char out[32];
  return std::string(out, std::strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%SZ", &utc));
}

}  // namespace fleet::report
