#include "exporters/version_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fleet::exporters {

namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<int> parse_version(std::string_view text, int* numbers) {
  std::array<int, 3> part{};
  int count = 0;
  while (count < 3) {
    auto const [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), part[static_cast<std::size_t>(count)]);
    if (error != std::errc() || part[static_cast<std::size_t>(count)] < 0 ||
        part[static_cast<std::size_t>(count)] > 99) {
      return std::nullopt;
    }
    ++count;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) break;
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  if (numbers) *numbers = count;
  // From version 10 on the second number is the minor one.
  if (part[0] >= 10) return part[0] * 10000 + part[1];
  return part[0] * 10000 + part[1] * 100 + part[2];
}

std::optional<VersionRange> VersionRange::parse(std::string_view expression) {
  Spans all;
  for (bool more = true; more;) {
    auto const bar = expression.find("||");
    more = bar != std::string_view::npos;
    auto group = trimmed(expression.substr(0, bar));
    if (more) expression.remove_prefix(bar + 2);
    if (group.empty()) return std::nullopt;
    Spans spans = {{0, limit}};
    while (!group.empty()) {
      auto const sign_end = std::min(group.find_first_not_of("<>=!"), group.size());
      auto const sign = group.substr(0, sign_end);
      group = trimmed(group.substr(sign_end));
      auto const end = std::min(group.find_first_of(" <>=!"), group.size());
      auto const version = parse_version(group.substr(0, end));
      group = trimmed(group.substr(end));
      if (!version) return std::nullopt;
      int const at = *version;
      if (sign == "<") {
        spans = both(spans, {{0, at}});
      } else if (sign == "<=") {
        spans = both(spans, {{0, at + 1}});
      } else if (sign == ">") {
        spans = both(spans, {{at + 1, limit}});
      } else if (sign == ">=") {
        spans = both(spans, {{at, limit}});
      } else if (sign.empty() || sign == "=" || sign == "==") {
        spans = both(spans, {{at, at + 1}});
      } else if (sign == "!" || sign == "!=") {
        spans = both(spans, {{0, at}, {at + 1, limit}});
      } else {
        return std::nullopt;
      }
    }
    all.insert(all.end(), spans.begin(), spans.end());
  }
  VersionRange range;
  range.spans_ = std::move(all);
  return range;
}

VersionRange::Spans VersionRange::both(const Spans& left, const Spans& right) {
  Spans out;
  for (auto const& [a, b] : left) {
    for (auto const& [c, d] : right) {
      auto const first = std::max(a, c), end = std::min(b, d);
      if (first < end) out.emplace_back(first, end);
    }
  }
  return out;
}

bool VersionRange::contains(int version) const {
  return std::any_of(spans_.begin(), spans_.end(),
                     [&](auto const& span) { return span.first <= version && version < span.second; });
}

bool VersionRange::overlaps(const VersionRange& other) const { return !both(spans_, other.spans_).empty(); }

}  // namespace fleet::exporters
