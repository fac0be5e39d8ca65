#include "probers/tcp/capture_template.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace fleet::probers {
namespace {

constexpr std::size_t kLongestNumber = 8;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Takes a group's name, in braces or not, from the front of `text`; leaves it alone if there is none.
std::optional<std::string_view> take_name(std::string_view& text) {
  bool const braced = text.starts_with('{');
  auto rest = text.substr(braced ? 1 : 0);
  auto const length = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_word) - rest.begin());
  if (length == 0 || (braced && !rest.substr(length).starts_with('}'))) return {};
  text = rest.substr(length + (braced ? 1 : 0));
  return rest.substr(0, length);
}

/// -1 if the expression has no such group.
int group_of(std::string_view name, const re2::RE2& expression) {
  if (name.find_first_not_of("0123456789") == name.npos) {
    int const number = name.size() <= kLongestNumber ? std::stoi(std::string(name)) : -1;
    return number <= expression.NumberOfCapturingGroups() ? number : -1;
  }
  auto const& groups = expression.NamedCapturingGroups();
  auto const found = groups.find(std::string(name));
  return found == groups.end() ? -1 : found->second;
}

}  // namespace

CaptureTemplate CaptureTemplate::literal(std::string text) {
  CaptureTemplate made;
  made.pieces_.push_back({std::move(text), -1});
  return made;
}

CaptureTemplate::CaptureTemplate(std::string_view text, const re2::RE2& expression) {
  std::string plain;
  for (;;) {
    auto const dollar = text.find('$');
    plain += text.substr(0, dollar);
    if (dollar == text.npos) break;
    text.remove_prefix(dollar + 1);
    if (text.starts_with('$')) {
      plain += '$';
      text.remove_prefix(1);
    } else if (auto const name = take_name(text)) {
      pieces_.push_back({std::exchange(plain, {}), -1});
      auto const group = group_of(*name, expression);
      if (group >= 0) pieces_.push_back({"", group});
    } else {
      plain += '$';
    }
  }
  pieces_.push_back({std::move(plain), -1});
}

std::string CaptureTemplate::expand(std::span<const std::string_view> groups) const {
  std::string text;
  for (auto const& piece : pieces_) {
    if (piece.group < 0)
      text += piece.text;
    else if (static_cast<std::size_t>(piece.group) < groups.size())
      text += groups[static_cast<std::size_t>(piece.group)];
  }
  return text;
}

}  // namespace fleet::probers
