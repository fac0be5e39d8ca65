#include "slo/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>

namespace fleet::slo {

namespace {

std::string decimal(double value, std::chars_format format) {
  char buffer[64];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr);
}

}  // namespace

std::string number_text(double value) {
  double const size = std::fabs(value);
  bool const plain = size == 0 || (size >= 1e-6 && size < 1e15);
  return decimal(value, plain ? std::chars_format::fixed : std::chars_format::scientific);
}

std::string rounded_text(double value) {
  if (value == 0 || !std::isfinite(value)) return value == 0 ? "0" : "unlimited";
  double const scale = std::pow(10.0, 2 - std::floor(std::log10(std::fabs(value))));
  double const rounded = scale < 1 ? std::round(value) : std::round(value * scale) / scale;
  return number_text(rounded);
}

std::string percent_text(double ratio) { return rounded_text(ratio * 100) + " %"; }

std::string span_text(double seconds) {
  if (seconds < 10) return rounded_text(seconds) + " s";
  static constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> units{
      {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
  auto left = static_cast<std::int64_t>(std::llround(seconds));
  if (left >= 2 * 86400) left = (left + 1800) / 3600 * 3600;
  std::string out;
  int written = 0;
  for (const auto& [length, name] : units) {
    if (left < length || written == 2) continue;
    out += (out.empty() ? "" : " ") + std::to_string(left / length) + " " + std::string(name);
    left %= length;
    ++written;
  }
  return out;
}

}  // namespace fleet::slo
