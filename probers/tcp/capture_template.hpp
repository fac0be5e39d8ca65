// Text with places for what a regular expression captured.
#pragma once

#include <re2/re2.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::probers {

/// Go's regexp.Expand: `$1`, `${1}`, `$name` and `${name}` stand for a group, `$$` for a dollar. Without braces
/// a name is as long as letters, digits and underscores go on: `$1x` is `${1x}`. A group that is unknown or
/// took no part in the match is empty; a dollar before anything else is a dollar. Immutable.
class CaptureTemplate {
 public:
  /// Text without places, whatever it looks like.
  static CaptureTemplate literal(std::string text);
  /// `expression` is only used here, for the numbers of its named groups.
  CaptureTemplate(std::string_view text, const re2::RE2& expression);

  /// `groups`: the whole match, then what each group captured.
  std::string expand(std::span<const std::string_view> groups) const;

 private:
  struct Piece {
    std::string text;
    int group = -1;  ///< in place of the text, if not negative
  };
  CaptureTemplate() = default;
  std::vector<Piece> pieces_;
};

}  // namespace fleet::probers
