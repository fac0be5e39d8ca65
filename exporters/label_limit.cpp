#include "exporters/label_limit.hpp"

#include <algorithm>
#include <utility>

namespace fleet::exporters {

LabelLimit::LabelLimit(std::vector<std::string> known, std::size_t further)
    : known_(std::move(known)), admitted_(known_.begin(), known_.end()), limit_(admitted_.size() + further) {}

std::string LabelLimit::label(std::string_view value) {
  auto cleaned = clean(value);
  if (admitted_.contains(cleaned)) return cleaned;
  if (admitted_.size() >= limit_) return "other";
  return *admitted_.insert(std::move(cleaned)).first;
}

std::string LabelLimit::clean(std::string_view value) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  auto const first = value.find_first_not_of(blanks);
  if (first == std::string_view::npos) return "unspecified";
  value = value.substr(first, value.find_last_not_of(blanks) - first + 1).substr(0, 64);
  std::string cleaned(value);
  std::replace_if(
      cleaned.begin(), cleaned.end(),
      [](char c) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return !letter && std::string_view(" _-.:/").find(c) == std::string_view::npos;
      },
      '_');
  return cleaned;
}

std::vector<std::string> read_label_values(const config::Value& value) {
  std::vector<std::string> values;
  for (auto const& item : value.list()) {
    auto text = item.non_empty_text();
    if (LabelLimit::clean(text) != text) {
      item.fail("expected a label value of at most 64 letters, digits and any of ` _-.:/`");
    }
    if (std::find(values.begin(), values.end(), text) != values.end()) {
      item.fail("expected each value once; `" + text + "` is listed twice");
    }
    values.push_back(std::move(text));
  }
  return values;
}

}  // namespace fleet::exporters
