#include "core/redis/server/info_text.hpp"

#include <algorithm>
#include <cstdint>

#include "core/io/parse_number.hpp"

namespace fleet::redis {

InfoText::InfoText(std::string_view text) {
  fields_.reserve(256);
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto const colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos) continue;
    fields_.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
}

std::string_view InfoText::value(std::string_view name) const {
  for (auto const& field : fields_) {
    if (field.name == name) return field.value;
  }
  return {};
}

std::string_view part_of(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    auto const part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), part.size() + 1));
    auto const equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name) return part.substr(equals + 1);
  }
  return {};
}

std::optional<double> number_in(std::string_view text) {
  // Most are whole numbers, which need no parser of decimals.
  constexpr std::size_t exact_digits = 15;
  if (!text.empty() && text.size() <= exact_digits &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t whole = 0;
    for (char const c : text) whole = 10 * whole + (c - '0');
    return static_cast<double>(whole);
  }
  return parse_number<double>(text);
}

bool is_numbered(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) && text.size() > prefix.size() &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(prefix.size()), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace fleet::redis
