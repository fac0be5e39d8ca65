// What the lint says.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slo/lint/placed_text.hpp"

namespace fleet::lint {

struct Finding {
  Place place;
  std::string check;  ///< "promql/series"
  std::string rule;   ///< the alert's or the recorded series' name; "" if it is about no rule
  std::string message;
};

/// "file:line:column: check: message".
std::string line_of(const Finding& finding);

/// "; did you mean `x`?", or "" if no candidate is near.
std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);

/// Between the marks that messages put around names.
inline std::string backquoted(std::string_view word) { return "`" + std::string(word) + "`"; }

}  // namespace fleet::lint
