// Texts with {{variables}}, as a workflow's requests and expectations are written.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::probers::workflow {

using Variables = std::map<std::string, std::string, std::less<>>;

/// Letters, digits and underscores, the first no digit.
bool is_variable_name(std::string_view name);

/// "Bearer {{token}}": parsed once, expanded for every request. Blanks inside of the braces are allowed. There
/// is no way to write a literal "{{". Immutable.
class Template {
 public:
  Template() = default;
  /// Throws std::invalid_argument saying what is wrong with a pair of braces.
  explicit Template(std::string text);

  /// As the configuration gives it.
  const std::string& written() const { return written_; }
  /// Names in order of appearance, repeated as they are.
  std::vector<std::string_view> variables() const;

  bool begins_with_variable() const { return !pieces_.empty() && pieces_.front().variable; }

  /// Throws std::out_of_range naming a variable that is not there.
  std::string expand(const Variables& variables) const;
  /// The same for a URL reference: values are percent-encoded (RFC 3986 section 2.1, all but unreserved
  /// characters), so that what a target gave as an id stays one segment or parameter. A variable that the text
  /// begins with is taken as it is: a whole link.
  std::string expand_url(const Variables& variables) const;

 private:
  struct Piece {
    bool variable;
    std::string text;
  };
  std::string written_;
  std::vector<Piece> pieces_;
};

}  // namespace fleet::probers::workflow
