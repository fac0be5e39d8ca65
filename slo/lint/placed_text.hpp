// Texts of a YAML file that know where each of their characters stands.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/config/document.hpp"

namespace fleet::lint {

/// 1-based, columns in characters.
struct Place {
  std::string file;
  std::size_t line = 1, column = 1;
};

/// A scalar as YAML reads it. Folding, quotes and escapes are undone, so a byte of `text` is looked for in the
/// file anew when its place is asked for.
class PlacedText {
 public:
  PlacedText() = default;
  /// `source` is the whole file that `value` comes from. Throws config::Error if the value is no scalar.
  PlacedText(const config::Value& value, std::shared_ptr<const std::string> source);

  const std::string& text() const { return text_; }
  const Place& begin() const { return begin_; }
  /// Whether something is filled in when the alert fires: then the text is not known yet.
  bool is_template() const { return text_.find("{{") != std::string::npos; }
  /// Where the byte `offset` of text() stands; begin() if it cannot be found.
  Place at(std::size_t offset) const;

 private:
  std::string text_;
  Place begin_;
  std::shared_ptr<const std::string> source_;
};

/// The place of a YAML value.
Place place_of(const config::Value& value);

}  // namespace fleet::lint
