#include "slo/lint/finding.hpp"

#include "core/config/nearest.hpp"

namespace fleet::lint {

std::string line_of(const Finding& finding) {
  return finding.place.file + ":" + std::to_string(finding.place.line) + ":" +
         std::to_string(finding.place.column) + ": " + finding.check + ": " + finding.message;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view const near = config::nearest(word, candidates);
  return near.empty() ? "" : "; did you mean " + backquoted(near) + "?";
}

}  // namespace fleet::lint
