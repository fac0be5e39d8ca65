// Keeps the values of a label few and clean when they come from somebody's table.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"

namespace fleet::exporters {

/// The words of one label: the known ones, and the first `further` others that turn up; every later one is
/// "other". Which others were first is remembered for the life of the object, so that a series never changes
/// its meaning while it lives: ask in sorted order for the same answer after a restart. Not thread-safe.
class LabelLimit {
 public:
  LabelLimit(std::vector<std::string> known, std::size_t further);

  /// The label value to publish for `value`: see clean(), then limited.
  std::string label(std::string_view value);
  const std::vector<std::string>& known() const { return known_; }

  /// Surrounding blanks dropped, all but letters, digits and " _-.:/" replaced by "_", at most 64 characters;
  /// "unspecified" for an empty text.
  static std::string clean(std::string_view value);

 private:
  std::vector<std::string> known_;
  std::set<std::string, std::less<>> admitted_;
  std::size_t limit_;
};

/// Reads a list of label values: not empty, each as clean() leaves it, none twice. Throws config::Error.
std::vector<std::string> read_label_values(const config::Value& value);

}  // namespace fleet::exporters
