// Pieces of HTML that several pages have.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet::probers::status::html {

/// Text as the content of an element or of an attribute in double quotes: labels and details come from whoever
/// runs the targets.
std::string text(std::string_view raw);
/// The same of a name in one word ("SystemDown"): it may wrap before a capital.
std::string camel_case(std::string_view raw);
/// A word in a box; `look` is a class of status.css: good, warn, bad, unknown, paused.
std::string badge(std::string_view look, std::string_view word);
/// <time>, with what it says to those without JavaScript: "2026-11-27 20:40:05" at that distance from UTC.
std::string time(std::chrono::sys_seconds when, std::chrono::seconds utc_offset);
/// "UTC", "UTC+10:00".
std::string zone(std::chrono::seconds utc_offset);
/// An <a> to an http or https URL; else the words alone. `words` is HTML.
std::string link(std::string_view url, std::string_view words);

/// "99.9 %", with as many decimals as it needs, four digits in all.
std::string percent(double ratio);
/// A horizontal bar from 0 to 1; `says` is for those who do not see it.
std::string bar(double ratio, std::string_view look, std::string_view says);
/// A line over time from 1 at the top to 0, or below where it goes there. "" of less than two points.
std::string curve(const std::vector<std::pair<std::int64_t, double>>& points, std::string_view says);

/// `shell` with each {{name}} replaced; values are HTML. A name without a value is left out.
std::string filled(std::string_view shell, const std::vector<std::pair<std::string_view, std::string>>& values);

}  // namespace fleet::probers::status::html
