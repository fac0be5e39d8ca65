#include "probers/status/html.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/report/figures.hpp"
#include "core/report/xml.hpp"

namespace fleet::probers::status::html {

namespace {

/// A coordinate of a drawing.
std::string coordinate(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.1f", value);
  return digits;
}

std::string drawing(std::string_view look, std::string_view box, std::string_view says,
                    const std::string& content) {
  return "<svg class=\"" + std::string(look) + "\" viewBox=\"" + std::string(box) +
         "\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" + text(says) + "\">" + content + "</svg>";
}

}  // namespace

std::string text(std::string_view raw) { return report::xml(raw); }

std::string camel_case(std::string_view raw) {
  auto const word_ends = [](char before, char c) {
    return before >= 'a' && before <= 'z' && c >= 'A' && c <= 'Z';
  };
  std::string out;
  for (std::size_t begin = 0; begin < raw.size();) {
    auto end = begin + 1;
    while (end < raw.size() && !word_ends(raw[end - 1], raw[end])) ++end;
    out += (begin == 0 ? "" : "<wbr/>") + text(raw.substr(begin, end - begin));
    begin = end;
  }
  return out;
}

std::string badge(std::string_view look, std::string_view word) {
  return "<span class=\"badge " + std::string(look) + "\">" + text(word) + "</span>";
}

std::string time(std::chrono::sys_seconds when, std::chrono::seconds utc_offset) {
  auto local = report::rfc3339(when + utc_offset);
  local[10] = ' ';
  local.pop_back();
  return "<time datetime=\"" + report::rfc3339(when) + "\">" + local + "</time>";
}

std::string zone(std::chrono::seconds utc_offset) {
  if (utc_offset.count() == 0) return "UTC";
  auto const minutes = std::abs(static_cast<int>(utc_offset.count() / 60));
  char digits[32];
  std::snprintf(digits, sizeof digits, "UTC%c%02d:%02d", utc_offset.count() < 0 ? '-' : '+', minutes / 60,
                minutes % 60);
  return digits;
}

std::string link(std::string_view url, std::string_view words) {
  bool const safe = url.starts_with("https://") || url.starts_with("http://");
  if (!safe) return std::string(words);
  return "<a rel=\"noreferrer\" href=\"" + text(url) + "\">" + std::string(words) + "</a>";
}

std::string percent(double ratio) {
  if (!std::isfinite(ratio)) return "-";
  char digits[48];
  std::snprintf(digits, sizeof digits, "%.4g %%", ratio * 100);
  return digits;
}

std::string bar(double ratio, std::string_view look, std::string_view says) {
  auto const width = coordinate(100 * std::clamp(std::isfinite(ratio) ? ratio : 0.0, 0.0, 1.0));
  return drawing("bar", "0 0 100 8", says,
                 "<rect class=\"track\" width=\"100\" height=\"8\"/><rect class=\"" + std::string(look) +
                     "\" width=\"" + width + "\" height=\"8\"/>");
}

std::string curve(const std::vector<std::pair<std::int64_t, double>>& points, std::string_view says) {
  constexpr double width = 240, height = 40;
  if (points.size() < 2) return "";
  double lowest = 0;
  for (auto const& [at, value] : points)
    if (std::isfinite(value)) lowest = std::min(lowest, value);
  auto const first = points.front().first;
  auto const length = static_cast<double>(std::max<std::int64_t>(points.back().first - first, 1));
  auto const y_of = [&](double value) {
    auto const shown = std::clamp(std::isfinite(value) ? value : lowest, lowest, 1.0);
    return coordinate(height * (1 - shown) / (1 - lowest));
  };
  std::string line;
  for (auto const& [at, value] : points) {
    line += line.empty() ? "" : " ";
    line += coordinate(width * static_cast<double>(at - first) / length) + "," + y_of(value);
  }
  return drawing("curve", "0 0 240 40", says,
                 "<line class=\"zero\" x1=\"0\" x2=\"240\" y1=\"" + y_of(0) + "\" y2=\"" + y_of(0) +
                     "\"/><polyline points=\"" + line + "\"/>");
}

std::string filled(std::string_view shell,
                   const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string page;
  for (;;) {
    auto const open = shell.find("{{");
    auto const close = open == shell.npos ? open : shell.find("}}", open);
    if (close == shell.npos) break;
    page += shell.substr(0, open);
    auto const name = shell.substr(open + 2, close - open - 2);
    auto const found =
        std::find_if(values.begin(), values.end(), [&](auto const& value) { return value.first == name; });
    if (found != values.end()) page += found->second;
    shell.remove_prefix(close + 2);
  }
  return page += shell;
}

}  // namespace fleet::probers::status::html
