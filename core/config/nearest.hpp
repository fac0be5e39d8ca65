// Suggestions for misspelt keys and flags.
#pragma once

#include <span>
#include <string_view>

namespace fleet::config {

/// The candidate that `word` most likely stands for: the smallest Levenshtein distance, at most a third of the
/// word's length (and at least 1) away; else one that begins with it; "" if there is neither.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace fleet::config
